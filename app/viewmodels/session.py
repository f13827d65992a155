"""Who works here, as what, and where."""

from __future__ import annotations

from app.viewmodels.base import ViewModel
from app.viewmodels.states import SessionState


class SessionViewModel(ViewModel[SessionState]):
    """Tells the window's edges; ``notice`` is one line that everybody should read."""

    def notice(self, text: str) -> None:
        self._change(notice=text)

    def look_for(self, purpose: str) -> None:
        """What looks are logged with from now on."""
        self._change(purpose=purpose)
