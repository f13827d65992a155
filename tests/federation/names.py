"""Names as a city has them: several groups, common names far more often than rare ones, short forms, and names of twins."""

from __future__ import annotations

import random
from itertools import accumulate

# Share of the households, women's given names, men's given names, family names; the common ones first.
GROUPS: tuple[tuple[int, str, str, str], ...] = (
    (
        44,
        "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Sandra Ashley Emily Kimberly Donna Michelle "
        "Carol Amanda Melissa Deborah Stephanie Rebecca Laura Helen Sharon Cynthia Kathleen Amy Angela Anna Ruth Brenda Pamela Nicole "
        "Samantha Katherine Christine Emma Catherine Debra Virginia Rachel Carolyn Janet Heather Diane Olivia Julie Joyce Victoria Kelly "
        "Christina Joan Evelyn Lauren Judith Andrea Hannah Jacqueline Martha Gloria Teresa Ann Sara Jean Alice Kathryn Doris Grace Julia "
        "Judy Theresa Beverly Marie Denise Marilyn Amber Danielle Rose Brittany Diana Abigail Natalie Jane Lori Alexis Tiffany Kayla Paula",
        "James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Donald Steven "
        "Andrew "
        "Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan Stephen Larry "
        "Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry "
        "Zachary Douglas Peter Kyle Noah Ethan Jeremy Walter Christian Keith Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse "
        "Bryan Lawrence Arthur Gabriel Bruce Logan Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Vincent Mason Roy Ralph Bobby "
        "Eugene",
        "Smith Johnson Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Thomas Jackson White Harris Martin Thompson Wood "
        "Robinson Clark Lewis Lee Walker Hall Allen Young King Wright Hill Scott Green Adams Baker Nelson Carter Mitchell Roberts Turner "
        "Phillips Campbell Parker Evans Edwards Collins Stewart Morris Rogers Reed Cook Morgan Bell Murphy Bailey Cooper Richardson Cox "
        "Howard Ward Peterson Gray James Watson Brooks Kelly Sanders Price Bennett Wood Barnes Ross Henderson Coleman Jenkins Perry Powell "
        "Long Patterson Hughes Washington Butler Simmons Foster Bryant Russell Griffin Hayes Myers Ford Hamilton Graham Sullivan Wallace",
    ),
    (
        24,
        "Maria Guadalupe Rosa Ana Carmen Juana Elena Lucia Sofia Isabel Teresa Gabriela Patricia Veronica Adriana Monica Silvia Marta Luz "
        "Daniela Josefina Alicia Yolanda Margarita Leticia Mariana Alejandra Andrea Claudia Paola Valeria Camila Ximena Rocío Inés Beatriz",
        "Jose Juan Luis Carlos Miguel Jesus Jorge Francisco Antonio Manuel Pedro Ramon Andres Raul Mario Fernando Javier Angel Diego "
        "Hector "
        "Daniel Alejandro Roberto Ricardo Eduardo Gerardo Julio Sergio Arturo Alfredo Martin Enrique Rafael Oscar Óscar Marco Gabriel",
        "Garcia Rodriguez Martinez Hernandez Lopez Gonzalez Perez Sanchez Ramirez Torres Flores Rivera Gomez Diaz Cruz Morales Reyes Ortiz "
        "Gutierrez Chavez Ramos Ruiz Mendoza Alvarez Jimenez Castillo Vasquez Romero Moreno Munoz Herrera Medina Aguilar Vargas Guzman "
        "Mendez Salazar Soto Delgado Pena Rios Alvarado Sandoval Contreras Valdez Guerrero Estrada Nunez Ibarra Maldonado Vega Fuentes",
    ),
    (
        10,
        "Anna Katarzyna Malgorzata Agnieszka Barbara Ewa Krystyna Elzbieta Joanna Zofia Magdalena Monika Halina Bozena Jadwiga Danuta "
        "Irena",
        "Jan Andrzej Piotr Krzysztof Stanislaw Tomasz Pawel Jozef Marcin Marek Lukasz Michal Zbigniew Tadeusz Wojciech Jerzy Adam Rafal",
        "Nowak Kowalski Wisniewski Wojcik Kowalczyk Kaminski Lewandowski Zielinski Szymanski Wozniak Dabrowski Kozlowski Jankowski Mazur "
        "Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Pawlowski Michalski Krol Wieczorek Jablonski Wrobel Majewski Stepien Müller",
    ),
    (
        12,
        "Wei Li Jing Mei Xin Yan Ling Hui Min Yu Linh Thuy Hoa Lan Priya Anjali Sunita Deepa Kavita Yuki Hye Soo",
        "Wei Jun Ming Tao Hao Lei Qiang Bo Minh Tuan Duc Hung Raj Amit Sanjay Vijay Rahul Kenji Sung Jin Ho",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Nguyen Tran Le Pham Hoang Phan Vu Patel Shah Singh Kumar Sharma Gupta Kim Park "
        "Choi",
    ),
    (
        10,
        "Fatima Aisha Maryam Zainab Khadija Amina Layla Noor Halima Samira Amara Ngozi Chiamaka Abena Efua Oksana Olena Iryna Svitlana",
        "Mohammed Ahmed Ali Omar Hassan Ibrahim Yusuf Khalid Mustafa Abdul Chidi Emeka Kwame Kofi Oleksandr Andriy Serhiy Dmytro Vasyl",
        "Ali Hassan Ahmed Khan Hussein Mohamed Ibrahim Abdi Omar Osman Okafor Mensah Okonkwo Owusu Boateng Shevchenko Kovalenko Bondarenko",
    ),
)
CYRILLIC = {"Oksana Shevchenko": "Оксана Шевченко", "Andriy Kovalenko": "Андрій Коваленко", "Olena Bondarenko": "Олена Бондаренко"}
"""Names that one register keeps in the letters of their bearers."""

_FIRST = "Ash Bar Black Brad Brook Burn Carl Chester Clay Cold Crom Dal Dun East Elder Fair Fen Gar Gold Hal Har Hart Haw Hol Kirk Lang Lin"
_FIRST += " Mar Mel Mill Nor Oak Old Pem Pres Rad Red Ridge Rock Sher Sil Stan Strat Sut Thorn Tre Under Wake Wal Wes Whit Win Wor Yar"
_LAST = "berg bourne brook bury by combe cott croft dale den don field ford gate gren ham hurst ington land ley low man mere more ney nell"
_LAST += " pole port ridge rop set shaw sham side stead ster stock stone stow ston tree ville wall water well wick win wood worth yard"
RARE = [first + last for first in _FIRST.split() for last in _LAST.split()]
"""Family names of which a city has a handful of bearers each: a third of all people have such a one."""

SHORT: dict[str, tuple[str, ...]] = {
    "William": ("Bill", "Will", "Billy"), "Robert": ("Bob", "Rob", "Bobby"), "Richard": ("Rick", "Dick"), "James": ("Jim", "Jimmy"),
    "John": ("Jack", "Johnny"), "Michael": ("Mike", "Mick"), "Thomas": ("Tom",), "Joseph": ("Joe",), "Charles": ("Chuck", "Charlie"),
    "Daniel": ("Dan", "Danny"), "Matthew": ("Matt",), "Anthony": ("Tony",), "Donald": ("Don",), "Steven": ("Steve",), "Andrew": ("Andy",),
    "Kenneth": ("Ken",), "Timothy": ("Tim",), "Ronald": ("Ron",), "Edward": ("Ed", "Ted"), "Jeffrey": ("Jeff",), "Nicholas": ("Nick",),
    "Jonathan": ("Jon",), "Stephen": ("Steve",), "Benjamin": ("Ben",), "Samuel": ("Sam",), "Gregory": ("Greg",), "Alexander": ("Alex",),
    "Patricia": ("Pat", "Patty"), "Jennifer": ("Jenny", "Jen"), "Elizabeth": ("Liz", "Beth", "Betty"), "Barbara": ("Barb",),
    "Susan": ("Sue",), "Jessica": ("Jess",), "Margaret": ("Peggy", "Meg"), "Kimberly": ("Kim",), "Deborah": ("Debbie",),
    "Rebecca": ("Becky",), "Katherine": ("Kate", "Kathy"), "Catherine": ("Cathy",), "Christine": ("Chris",), "Samantha": ("Sam",),
    "Francisco": ("Paco",), "Jose": ("Pepe",), "Guadalupe": ("Lupe",), "Antonio": ("Toni",), "Alejandro": ("Alex",),
    "Katarzyna": ("Kasia",),
    "Malgorzata": ("Gosia",), "Krzysztof": ("Chris",), "Wojciech": ("Wojtek",), "Oleksandr": ("Sasha",), "Mohammed": ("Mo",),
    "Christopher": ("Chris",), "Joshua": ("Josh",), "Zachary": ("Zach",), "Jacob": ("Jake",), "Peter": ("Pete",), "Theresa": ("Terry",),
    "Pamela": ("Pam",), "Virginia": ("Ginny",), "Victoria": ("Vicky",), "Abigail": ("Abby",), "Eugene": ("Gene",), "Lawrence": ("Larry",),
}  # fmt: skip

TWINS: tuple[tuple[str, str], ...] = (
    ("Maria", "Marta"), ("Maria", "Mario"), ("Daniel", "Daniela"), ("Christian", "Christina"), ("Jayden", "Kayden"), ("Jan", "Jana"),
    ("Gabriel", "Gabriela"), ("Joan", "Jean"), ("Ana", "Anna"), ("Carlos", "Carla"), ("Erik", "Erika"), ("Amy", "Ann"), ("Juan", "Juana"),
    ("Julia", "Julie"), ("Paul", "Paula"), ("Jon", "Jan"), ("Alexander", "Alexandra"), ("Emma", "Emily"), ("Kyle", "Kylie"),
    ("Hanna", "Hannah"), ("Michael", "Michelle"), ("Marco", "Mario"), ("Andrea", "Andrew"), ("Nathan", "Ethan"), ("Taylor", "Tyler"),
    ("Mei", "Mai"), ("Hassan", "Hussein"), ("Amina", "Amira"), ("Kofi", "Kojo"), ("Aidan", "Adrian"), ("Stephen", "Stephanie"),
)  # fmt: skip
"""Names that parents give to twins because they go together."""


class Names:
    """Draws names of one household's group, by rank as Zipf found it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._women = [group[1].split() for group in GROUPS]
        self._men = [group[2].split() for group in GROUPS]
        self._families = [group[3].split() for group in GROUPS]
        self._shares = list(accumulate(group[0] for group in GROUPS))
        self._weights = {n: list(accumulate(1 / (rank + 6) for rank in range(n))) for n in range(1, 120)}

    def group(self) -> int:
        return self._rng.choices(range(len(GROUPS)), cum_weights=self._shares)[0]

    def given(self, group: int, woman: bool) -> str:
        names = (self._women if woman else self._men)[group]
        return self._rng.choices(names, cum_weights=self._weights[len(names)])[0]

    def family(self, group: int) -> str:
        rng = self._rng
        if (group == 0 and rng.random() < 0.6) or rng.random() < 0.1:
            return RARE[int(rng.random() ** 1.5 * len(RARE))]
        names = self._families[group]
        family = rng.choices(names, cum_weights=self._weights[len(names)])[0]
        if group == 1 and rng.random() < 0.25:
            return f"{family} {rng.choices(names, cum_weights=self._weights[len(names)])[0]}"
        return family
