"""What to type into the desk to see something: every form that a search may take, each with somebody to find."""

from __future__ import annotations

from datetime import date

from resources.demo.cases import MARIA_OPENED
from resources.demo.text import days_from


def sample_searches(today: date) -> list[str]:
    """The first is Maria Gonzalez, whom five departments know, four of them by her right name."""
    return [
        "maria gonzalez 60614",
        "Maria Gonzalez",
        "312.555.0142",
        "m.gonzalez@mail.example",
        "03/09/1984",
        "2210 N Clark St",
        "14-33-105-0223",
        "PM-24-004211",
        "24-001042",
        f"C-{days_from(today, MARIA_OPENED).year}-00017",
        "RP143-00912",
        "Wójcik 11/2/1997",
        "James O'Brien 60631",
        "okafor, samuel",
        "Aylin Demir",
    ]
