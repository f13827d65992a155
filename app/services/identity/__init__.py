"""Which person records are one person: certain, maybe or apart, and why.

The gate decides, not a score. Two records are one person only when their names fit and at least two independent identifiers agree
(birth date, phone, e-mail, house), and nothing forbids it. Records that fit no better than that "may be the same" and stay apart.
Groups are built by certain links only and never joined over a forbidden pair, so a chain of likenesses joins nobody. A wrong merge
shows one citizen's data to another; a missed one costs a glance.

``normalise`` > ``blocking`` > ``names``, ``evidence`` (bits, by ``weights``) > ``gate`` > ``clusters`` > ``callers``, ``explain``;
``joiner`` does all of it as answers stream in.
"""

from __future__ import annotations

from app.services.identity.explain import Comparison, compare
from app.services.identity.joiner import Joined, Joiner, join_people
from app.services.identity.linker import ByHand
from app.services.identity.relevance import relevance
from app.services.identity.weights import Weights

__all__ = ["ByHand", "Comparison", "Joined", "Joiner", "Weights", "compare", "join_people", "relevance"]
