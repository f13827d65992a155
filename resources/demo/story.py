"""The people whose calls the demo tells: a namesake under one roof, twins, father, son and daughter, and who moved, married or hides.

Each department's module adds what it holds about them by their keys here.
"""

from __future__ import annotations

from datetime import date

from resources.demo.people import Home, Resident

MARIA, NAMESAKE, LENA, LUKAS, FATHER, SON, MOVED, MARRIED, UNRELATED, NOBODY, HIDDEN, DAUGHTER = range(1, 13)
"""Numbers of the story's people."""

_CLARK = Home(2210, "N Clark St", "Apt 3", "60614")
_MAPLE = Home(431, "N Maple Ave", "", "60625")
_LINDEN = Home(87, "S Linden St", "", "60631")
_BELMONT = Home(1804, "W Belmont Ave", "", "60657")
_ALL = frozenset(("revenue", "permits", "requests", "benefits", "parking", "cases"))


def _on(*departments: str) -> frozenset[str]:
    assert set(departments) <= _ALL
    return frozenset(departments)


STORY: tuple[Resident, ...] = (
    Resident(
        MARIA,
        "Maria",
        "Gonzalez",
        date(1984, 3, 9),
        _CLARK,
        "3125550142",
        email="m.gonzalez@mail.example",
        departments=_on("revenue", "permits", "requests", "parking", "cases"),
        misspelt={"parking": "Gonzales"},
    ),
    Resident(NAMESAKE, "Maria", "Gonzales", date(1948, 6, 30), _CLARK, "3125550187", departments=_on("revenue")),
    Resident(
        *(LENA, "Lena", "Wójcik", date(1997, 11, 2), _MAPLE, "7735550161"),
        departments=_on("revenue", "requests", "parking", "benefits"),
    ),
    Resident(
        *(LUKAS, "Łukasz", "Wójcik", date(1997, 11, 2), _MAPLE, "7735550161"),
        departments=_on("permits", "parking", "cases"),
    ),
    Resident(
        *(FATHER, "James", "O'Brien", date(1951, 4, 17), _LINDEN, "3125550119"),
        departments=_on("revenue", "permits", "cases", "benefits"),
    ),
    Resident(SON, "James", "O'Brien", date(1983, 8, 25), _LINDEN, "3125550120", departments=_on("revenue", "parking", "requests")),
    Resident(
        *(MOVED, "Samuel", "Okafor", date(1990, 1, 22), _BELMONT, "8725550133"),
        email="s.okafor@post.example",
        former_home=Home(52, "E Market St", "Apt 7", "60636"),
        departments=_on("revenue", "permits", "requests", "parking"),
    ),
    Resident(
        *(MARRIED, "Aylin", "Thompson", date(1992, 9, 14), Home(3310, "N Orchard St", "Apt 2", "60651"), "7735550175"),
        email="aylin.demir@inbox.example",
        former_family="Demir",
        departments=_on("revenue", "permits", "parking", "cases"),
        misspelt={"permits": "Demir", "parking": "Demir"},
    ),
    Resident(UNRELATED, "Mario", "González", date(1991, 12, 5), _BELMONT, "3125550190", departments=_on("permits")),
    Resident(
        *(NOBODY, "Ngozi", "St. James", date(1969, 2, 28), Home(700, "E Mill Rd", "", "60640"), "7085550111"),
        departments=_on("parking"),
    ),
    Resident(
        *(HIDDEN, "Hannah", "Lindqvist", date(1986, 5, 21), Home(618, "N Cedar St", "Apt 9", "60641"), "7735550148"),
        email="h.lindqvist@mail.example",
        departments=_on("revenue", "parking", "cases"),
        protected=True,
    ),
    Resident(
        *(DAUGHTER, "Nora", "Keane", date(1979, 10, 3), Home(1512, "W Grand Ave", "Apt 5", "60609"), "7735550126"),
        email="nora.keane@inbox.example",
        former_family="O'Brien",
        departments=_on("revenue", "parking"),
    ),
)
OLD_ADDRESS_IN = {(MOVED, "revenue"), (MOVED, "parking")}
"""Who never told which department of the move."""
