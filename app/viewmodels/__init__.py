"""What screens show: each view model holds one immutable state and says when it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from app.viewmodels.addresses import AddressesViewModel
    from app.viewmodels.call import CallViewModel
    from app.viewmodels.caller import CallerViewModel
    from app.viewmodels.calls import CallsViewModel
    from app.viewmodels.change import ChangeViewModel
    from app.viewmodels.departments import DepartmentsViewModel
    from app.viewmodels.document import DocumentViewModel
    from app.viewmodels.doing import DoingViewModel
    from app.viewmodels.glass import GlassViewModel, ReviewsViewModel
    from app.viewmodels.hanging_up import HangingUpViewModel
    from app.viewmodels.lock import LockViewModel
    from app.viewmodels.passing_on import PassingOnViewModel
    from app.viewmodels.saying import SayingViewModel
    from app.viewmodels.search import SearchViewModel
    from app.viewmodels.session import SessionViewModel
    from app.viewmodels.setup import SetupViewModel
    from app.viewmodels.trail import TrailViewModel
    from app.viewmodels.verification import VerificationViewModel
    from app.viewmodels.wrapping_up import WrappingUpViewModel
from app.viewmodels.why import WhyViewModel


class ViewModels(NamedTuple):
    """All view models of one desk."""

    search: SearchViewModel
    caller: CallerViewModel
    call: CallViewModel
    departments: DepartmentsViewModel
    session: SessionViewModel
    lock: LockViewModel
    trail: TrailViewModel
    verification: VerificationViewModel
    glass: GlassViewModel
    reviews: ReviewsViewModel
    why: WhyViewModel
    addresses: AddressesViewModel
    saying: SayingViewModel
    hanging_up: HangingUpViewModel
    change: ChangeViewModel
    doing: DoingViewModel
    passing_on: PassingOnViewModel
    calls: CallsViewModel
    setup: SetupViewModel
    wrapping_up: WrappingUpViewModel
    document: DocumentViewModel
