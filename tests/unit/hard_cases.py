"""People who are easily taken for one another, and people who are known under several names: the truth of each case is written beside it.

A line is ``who | name | born | phone | address | e-mail``, one department each; ``who`` is the person it is about.
"""

from __future__ import annotations

P, Q, R = "(312) 555-0142", "(773) 555-0199", "(630) 555-0111"
H, G, F = "2210 N Clark St, Apt 3, Springvale 60614", "17 Elm Street, Springvale 60601", "1804 W Belmont Ave, Springvale 60657"
FAMILY = "gonzalez.family@mail.example"

TWINS = (
    ("Maria", "Marta"), ("Maria", "Mario"), ("Daniel", "Daniela"), ("Christian", "Christina"), ("Jayden", "Kayden"), ("Jan", "Jana"),
    ("Gabriel", "Gabriela"), ("Joan", "Jean"), ("Ana", "Anna"), ("Carlos", "Carla"), ("Erik", "Erika"), ("Julia", "Julie"), ("Paul",
    "Paula"),
    ("Alexander", "Alexandra"), ("Hanna", "Hannah"), ("Michael", "Michaela"), ("Marina", "Martina"), ("Aidan", "Adrian"), ("Nathan",
    "Ethan"),
    ("Stephen", "Stephanie"), ("Karin", "Karina"), ("Marco", "Marcos"), ("Victor", "Victoria"), ("Simon", "Simone"), ("Oleksandr",
    "Oleksandra"),
)  # fmt: skip

_CASES = f"""
twins, one known by an initial
a | Maria Gonzalez | 1984-03-09 | {P} | {H} |
b | Marta Gonzalez | 1984-03-09 | {P} | {H} |
b | M Gonzalez | 1984-03-09 | {P} | {H} |

twins, one without a birth date
a | Maria Gonzalez | 1984-03-09 | {P} | {H} |
b | Marta Gonzalez | | {P} | {H} | {FAMILY}

twins with a family e-mail
a | Luis Gonzalez | 2001-03-09 | {P} | {H} | {FAMILY}
b | Luisa Gonzalez | 2001-03-09 | {P} | {H} | {FAMILY}

triplets
a | Ann Lee | 2001-05-05 | {P} | {H} |
b | Amy Lee | 2001-05-05 | {P} | {H} |
c | Abe Lee | 2001-05-05 | {P} | {H} |

twins who share a second name
a | Maria Elena Gonzalez | 1984-03-09 | {P} | {H} |
b | Marta Elena Gonzalez | 1984-03-09 | {P} | {H} |

twins called by either of two names
a | Maria Elena Gonzalez | 1984-03-09 | {P} | {H} |
b | Elena Rosa Gonzalez | 1984-03-09 | {P} | {H} |

twins written in Cyrillic
a | Оксана Шевченко | 1984-03-09 | {P} | {H} |
b | Олена Шевченко | 1984-03-09 | {P} | {H} |

twins, one with a slip in the name
a | Daniel Brook | 1990-07-07 | {P} | {H} |
b | Danielle Brook | 1990-07-07 | {P} | {H} |
b | Daniele Brook | 1990-07-07 | {P} | {H} |

father and son under one roof
a | John Smith | 1950-01-11 | {P} | {H} |
b | John Smith | 1980-07-01 | {P} | {H} |

father and son, the year a digit apart
a | John Smith | 1952-06-11 | {P} | {H} | john@smith.example
b | John Smith | 1982-06-11 | {P} | {H} | john@smith.example

father and son, the son without a birth date
a | John Smith | 1950-01-11 | {P} | {H} |
b | John Smith | | {P} | {H} |

father and son, a third record that may be either's
a | John Smith | 1950-01-11 | {P} | {H} | john@smith.example
b | John Smith | 1980-07-01 | {P} | {H} | john@smith.example
c | John Smith | | {P} | {H} | john@smith.example

senior and junior by suffix
a | John Smith Sr | | {P} | {H} | john@smith.example
b | John Smith Jr | | {P} | {H} | john@smith.example

junior, and one with no suffix
a | John Smith | | {P} | {H} | john@smith.example
b | John Smith Jr | | {P} | {H} | john@smith.example

three generations
a | Carl Brook Sr | 1931-01-20 | {P} | {H} |
b | Carl Brook Jr | 1957-02-21 | {P} | {H} |
c | Carl Brook III | 1985-03-22 | {P} | {H} |

junior known by the short form
a | William Brook | 1950-02-03 | {P} | {H} |
b | Bill Brook | 1979-02-03 | {P} | {H} |

junior, the day and month alike
a | John Smith | 1950-03-09 | {P} | {H} |
b | John Smith | 1980-03-09 | {P} | {H} |

mother and daughter of one name
a | Maria Gonzalez | 1984-03-09 | {P} | {H} | {FAMILY}
b | Maria Gonzalez | 2014-08-01 | {P} | {H} | {FAMILY}

mother, and her child in the school's register without a birth date
a | Rosa Gonzalez | 1984-03-09 | {P} | {H} | {FAMILY}
b | Rosita Gonzalez | | {P} | {H} | {FAMILY}

child with the parents' phone and e-mail, and a namesake parent with none
a | Yusuf Ali | | {P} | {H} | ali@mail.example
b | Yusuf Ali | 2016-04-20 | {P} | {H} | ali@mail.example

spouses at one phone
a | Maria Gonzalez | 1984-03-09 | {P} | {H} |
b | Jose Gonzalez | 1982-11-01 | {P} | {H} |

spouses at one phone, no birth dates
a | Maria Gonzalez | | {P} | {H} | {FAMILY}
b | Jose Gonzalez | | {P} | {H} | {FAMILY}

spouses of one initial
a | J Gonzalez | | {P} | {H} | {FAMILY}
b | Juana Gonzalez | | {P} | {H} | {FAMILY}

spouses, both by initial
a | J Gonzalez | | {P} | {H} |
b | J Gonzalez | | {P} | {H} |

spouses with names alike
a | Andrew Brook | 1970-05-06 | {P} | {H} | brook@mail.example
b | Andrea Brook | 1971-06-07 | {P} | {H} | brook@mail.example

spouses born on one day
a | Andrew Brook | 1970-05-06 | {P} | {H} | brook@mail.example
b | Andrea Brook | 1970-05-06 | {P} | {H} | brook@mail.example

spouses, one with the names in each other's place
a | Martin James | 1970-05-06 | {P} | {H} |
b | James Ruth | 1972-05-06 | {P} | {H} |

brothers whose birth dates are a digit apart
a | Mark Brook | 1990-03-01 | {P} | {H} |
b | Marc Brook | 1990-03-11 | {P} | {H} |

sisters a year apart
a | Anna Brook | 1990-03-01 | {P} | {H} |
b | Hanna Brook | 1991-03-01 | {P} | {H} |

cousins of one name
a | Jose Cruz | 1990-03-01 | {P} | {H} |
b | Jose Cruz | 1991-11-21 | {P} | {H} |

namesakes born on one day
a | Maria Garcia | 1984-03-09 | {P} | {H} |
b | Maria Garcia | 1984-03-09 | {Q} | {F} |

namesakes in one block of flats
a | Wei Chen | 1984-03-09 | {P} | 5 Park Road, Apt 3A, Springvale 60601 |
b | Wei Chen | 1991-03-01 | {Q} | 5 Park Road, Apt 9C, Springvale 60601 |

namesakes, one phone passed on
a | Maria Garcia | 1984-03-09 | {P} | {H} |
b | Maria Garcia | | {P} | {F} |

somebody else got the number
a | Maria Garcia | 1984-03-09 | {P} | {H} |
b | Marta Garza | 1988-04-10 | {P} | {F} |

somebody else lives there now
a | Maria Garcia | 1984-03-09 | {P} | {H} |
b | Mark Garland | 1984-09-03 | {Q} | {H} |

the same given name and birth date, in one house
a | Maria Garcia | 1984-03-09 | {P} | {H} |
b | Maria Novak | 1984-03-09 | {Q} | {H} |

shared office phone
a | Ann Brook | | {P} | | office@works.example
b | Anne Brooks | | {P} | | office@works.example

landlord's phone on two tenants
a | Ann Brook | 1980-01-02 | {P} | {H} |
b | Ann Brook | 1985-02-03 | {P} | {H} |

shared phone, names that sound alike
a | Sara Cole | 1980-01-02 | {P} | {H} |
b | Sarah Kohl | 1979-12-02 | {P} | {H} |

shared phone, e-mail and house, and no birth date, short forms
a | Robert Hall | | {P} | {H} | hall@mail.example
b | Bob Hall | 1999-04-04 | {P} | {H} | hall@mail.example
a | Robert Hall | 1962-10-10 | {P} | {H} | hall@mail.example

shared phone in a family of five
a | Ana Cruz | 1970-01-02 | {P} | {H} | cruz@mail.example
b | Alan Cruz | 1969-01-02 | {P} | {H} | cruz@mail.example
c | Alana Cruz | 1998-01-03 | {P} | {H} | cruz@mail.example
d | Alina Cruz | 2001-01-03 | {P} | {H} | cruz@mail.example
e | A Cruz | | {P} | {H} | cruz@mail.example

unknown birth dates written 1900
a | Ann Lee | 1900-01-01 | {P} | {H} |
b | Ann Lee | 1900-01-01 | {P} | {F} |

unknown birth dates written 1970, one roof
a | Ann Lee | 1970-01-01 | {P} | {H} |
b | Ann Lee | 1970-01-01 | {P} | {H} |

birth dates in the future
a | Ann Lee | 2091-05-06 | {P} | {H} |
b | Ann Lee | 2091-05-06 | {P} | {F} |

only the year is known
a | Ann Lee | 1984-01-01 | {P} | {H} |
b | Ann Lee | 1984-01-01 | {Q} | {H} |

phones that say nothing
a | Ann Lee | 1984-05-06 | 000-000-0000 | {H} |
b | Ann Lee | 1984-05-06 | 000-000-0000 | {F} |

e-mails that say nothing
a | Ann Lee | 1984-05-06 | {P} | {H} | noemail@none.example
b | Ann Lee | 1984-05-06 | {Q} | {F} | noemail@none.example

names that say nothing
a | Unknown Unknown | 1984-05-06 | {P} | {H} |
b | Unknown Unknown | 1984-05-06 | {P} | {H} |

nothing but a surname
a | Gonzalez | 1984-05-06 | {P} | {H} |
b | Gonzalez | 1984-05-06 | {P} | {H} |

names of one letter
a | A B | 1984-05-06 | {P} | {H} |
b | A C | 1984-05-06 | {P} | {H} |

names in each other's place, two people
a | James Thomas | 1984-05-06 | {P} | {H} |
b | Thomas James | 1961-12-24 | {P} | {H} |

names in each other's place, father and son
a | Thomas James | 1950-05-06 | {P} | {H} |
b | James Thomas | 1984-05-06 | {P} | {H} |

names in each other's place, twins
a | Thomas James | 1984-05-06 | {P} | {H} |
b | Scott James | 1984-05-06 | {P} | {H} |

names in each other's place, one person
a | James Thomas | 1984-05-06 | {P} | {H} |
a | Thomas James | 1984-05-06 | {P} | {H} |

married, one person
a | Maria Garcia | 1984-03-09 | {P} | {H} | mg@mail.example
a | Maria Novak | 1984-03-09 | {P} | {H} | mg@mail.example

married, and a sister-in-law of the same given name
a | Maria Garcia | 1984-03-09 | {P} | {H} |
b | Maria Novak | 1981-07-19 | {P} | {H} |
a | Maria Novak | 1984-03-09 | {P} | {H} |

married into a namesake
a | Anna Garcia | 1984-03-09 | {P} | {H} |
b | Anna Novak | 1959-03-09 | {Q} | {G} |
a | Anna Novak | 1984-03-09 | {P} | {G} |

double name, and the mother under one half of it
a | Maria Garcia-Novak | 1984-03-09 | {P} | {H} |
b | Maria Garcia | 1958-03-19 | {P} | {H} |

double name, one person
a | Maria Garcia-Novak | 1984-03-09 | {P} | {H} |
a | Maria Garcia | 1984-03-09 | {P} | {F} |

divorced and remarried, two people at one address in turn
a | Ruth Cole | 1960-02-02 | {P} | {H} |
b | Ruth Cole | 1963-12-12 | {Q} | {H} |

moved, one person
a | Ruth Cole | 1960-02-02 | {P} | {H} | ruth@mail.example
a | Ruth Cole | 1960-02-02 | {P} | {G} | ruth@mail.example
a | Ruth Cole | | {P} | {G} | ruth@mail.example

day and month in each other's place, one roof
a | Ruth Cole | 1960-02-11 | {P} | {H} |
b | Ruth Cole | 1960-11-02 | {P} | {H} |

a chain from one to another
a | Ann Brook | 1984-03-09 | {P} | {H} |
b | Ann Brook | | {P} | {G} | ann@mail.example
c | Ann Brook | 1979-03-09 | {Q} | {G} | ann@mail.example

step-brothers of one name and age
a | Mohammed Ali | 2001-03-09 | {P} | {H} |
b | Mohammed Ali | 2001-09-30 | {P} | {H} |
c | Mohammed Ali | | {P} | {H} | ali@mail.example

two people in one shelter
a | Wei Chen | | {P} | 1 Mission St, Springvale 60601 | shelter@city.example
b | Wei Chen | 1984-03-09 | {P} | 1 Mission St, Springvale 60601 | shelter@city.example
"""


def cases() -> dict[str, list[tuple[str, ...]]]:
    """Each case's lines by its title: who, name, born, phone, address, e-mail."""
    found: dict[str, list[tuple[str, ...]]] = {
        f"twins {one} and {other}": [("a", f"{one} Gonzalez", "1984-03-09", P, H, ""), ("b", f"{other} Gonzalez", "1984-03-09", P, H, "")]
        for one, other in TWINS
    }
    for block in _CASES.strip().split("\n\n"):
        title, *lines = block.splitlines()
        found[title] = [tuple(part.strip() for part in (*line.split("|"), "", "")[:6]) for line in lines]
    return found
