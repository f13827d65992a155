"""The names, streets and things of Springvale. All of it is made up; names are merely common ones."""

from __future__ import annotations

# Per group of names: its share of the households, women's names, men's names, family names (the common ones first).
GROUPS: tuple[tuple[int, str, str, str], ...] = (
    (
        30,
        "Mary Linda Susan Karen Donna Carol Nancy Emily Sarah Jessica Ashley Amanda Megan Rachel Olivia Emma Grace "
        "Hannah Claire Zoë Renée Ruth",
        "James Robert John Michael David William Richard Thomas Charles Daniel Matthew Mark Paul Steven Andrew Kevin "
        "Brian George Henry Samuel",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Thompson White "
        "Harris Clark Lewis Robinson "
        "Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Roberts Turner Phillips "
        "Campbell Parker Evans "
        "Edwards Collins Stewart Morris Rogers Reed Cook Morgan Bell Bailey Cooper Richardson Cox Howard Ward "
        "Peterson Gray Watson Brooks",
    ),
    (
        24,
        "Maria Guadalupe Rosa Carmen Ana Elena Lucía Sofía Isabel Teresa Gabriela Patricia Verónica Adriana Mónica "
        "Silvia Inés Daniela Luz Marisol",
        "José Juan Luis Carlos Miguel Jesús Jorge Francisco Antonio Manuel Pedro Ramón Andrés Raúl Mario Fernando "
        "Javier Ángel Diego Héctor",
        "Garcia Rodriguez Martinez Hernandez Lopez Gonzalez Perez Sanchez Ramirez Torres Flores Rivera Gomez Diaz "
        "Cruz Morales Reyes Ortiz "
        "Gutierrez Chavez Ramos Ruiz Mendoza Alvarez Jimenez Castillo Vásquez Romero Moreno Muñoz Núñez Peña Ibáñez "
        "Cárdenas Zúñiga Ordóñez "
        "Castañeda Quiñones Galván Fuentes Rosales Villanueva Escobar Montoya",
    ),
    (
        12,
        "Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Joanna Zofia Magdalena Monika Halina Bożena Grażyna",
        "Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef Marcin Marek Łukasz Michał Zbigniew Tadeusz Wojciech",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
        "Kozłowski Jankowski Mazur "
        "Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Pawłowski Michalski Król Wieczorek "
        "Jabłoński Wróbel Majewski Stępień",
    ),
    (
        12,
        "Keisha Latoya Monique Ebony Aaliyah Denise Yolanda Tamika Imani Jasmine Gloria Loretta Ngozi Amara Chiamaka",
        "Darnell Jamal Tyrone Marcus Andre Terrence Malik Isaiah Reginald Curtis Chidi Emeka Kwame Tunde Elijah",
        "Washington Jefferson Booker Banks Coleman Jenkins Perry Powell Butler Simmons Foster Bryant Alexander "
        "Russell Griffin Hayes Okafor "
        "Adeyemi Mensah Okonkwo Owusu Boateng Nwosu Abebe Tesfaye Diallo Traoré Koné",
    ),
    (
        8,
        "Wei Li Mei Ying Xiu Ling Hui Jing Grace Lan Hương Thảo Linh Soo-jin Ji-woo Yuki Haruka",
        "Wei Jun Ming Hao Lei Feng Kevin Jin Minh Tuấn Đức Hùng Min-jun Hyun-woo Kenji Hiroshi",
        "Wang Li Zhang Liu Chen Yang Huang Wu Zhou Nguyen Tran Lê Phạm Đặng Bùi Kim Park Lee Choi Jung Tanaka Sato "
        "Suzuki Yamamoto Lin Ng Wong",
    ),
    (
        6,
        "Priya Anjali Sunita Deepa Kavita Neha Ayesha Fatima Zainab Noor Leila Yasmin Aylin Elif Maryam",
        "Raj Amit Sanjay Vikram Arjun Rahul Imran Ali Omar Hassan Yusuf Mehmet Emre Karim Tariq",
        "Patel Shah Singh Kumar Sharma Gupta Khan Ahmed Hussain Malik Rahman Haddad Khalil Nasser Mansour Yılmaz "
        "Çelik Öztürk Şahin Reddy Desai",
    ),
    (
        8,
        "Ursula Ingrid Astrid Siobhán Máire Bridget Giulia Francesca Chiara Élise Françoise Jana Ljiljana Åsa Margarethe",
        "Jürgen Søren Björn Séamus Patrick Declan Giuseppe Marco Luca François Rémi Dragan Zoran Jiří Niels",
        "Murphy O'Brien O'Connor Kelly Sullivan McCarthy Doyle Schmidt Müller Schneider Weiß Krüger Rossi Russo "
        "Esposito D'Angelo Lindström "
        "Jørgensen Østergaard Novák Dvořák Jovanović Petrović Šimić Lefèvre Dubois van der Berg St. James",
    ),
)

STREETS: tuple[str, ...] = (
    "N Clark St", "W Belmont Ave", "N Sheffield Ave", "S Linden St", "E Market St", "N Orchard St", "W Fulton Ave", "S Harbor Dr",
    "N Lincoln Ave", "W Addison St", "S Cedar Ave", "E Garfield Blvd", "N Maple Ave", "W Diversey Pkwy", "S Union Ave", "E Prairie St",
    "N Western Ave", "W Grand Ave", "S Willow St", "E Jackson Blvd", "N Damen Ave", "W Chestnut St", "S Morgan St", "E Oakwood Blvd",
    "N Spring St", "W Division St", "S Walnut St", "E Riverside Dr", "N Ashland Ave", "W Webster Ave", "S Kedzie Ave", "E Lake St",
    "N Hickory Ln", "W Armitage Ave", "S Pulaski Rd", "E Washington Sq", "N Elm St", "W Roscoe St", "S Archer Ave", "E Mill Rd",
    "N Halsted St", "W Montrose Ave", "S Emerald Ave", "E College St", "N Broadway", "W Irving Park Rd", "S Throop St", "E Pershing Rd",
    "N Racine Ave", "W Thorndale Ave", "S Laurel Ct", "E Harrison St", "N Winthrop Ave", "W Foster Ave", "S Canal St", "E Orchard Pl",
    "N Ravenswood Ave", "W Chicago Ave", "S Wallace St", "E Hyde Park Blvd", "N Paulina St", "W Touhy Ave", "S Federal St", "E Solar Dr",
)  # fmt: skip

CITY = "Springvale"
STATE = "IL"
FIRST_POST_CODE, POST_CODES = 60601, 61
AREA_CODES = (312, 773, 872, 630, 708, 847)
MAIL_HOSTS = ("mail.example", "post.example", "inbox.example", "springvale.example", "home.example")

STREET_NAMES_IN_FULL = {"St": "Street", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Dr": "Drive", "Pkwy": "Parkway"}

# Misspellings that clerks make: written so, read so. The first two letters stay, as a rule.
SLIPS: tuple[tuple[str, str], ...] = (
    ("ez", "es"), ("es", "ez"), ("ll", "l"), ("nn", "n"), ("ss", "s"), ("tt", "t"), ("son", "sen"), ("sen", "son"), ("ski", "sky"),
    ("czyk", "chik"), ("ie", "ei"), ("ei", "ie"), ("ck", "k"), ("ph", "f"), ("y", "i"), ("z", "s"), ("th", "t"), ("er", "re"), ("an", "en"),
)  # fmt: skip

CASEWORKERS = ("D. Okafor", "L. Chen", "P. Nowak", "R. Alvarez", "S. Brandt", "T. Haddad", "K. Lindström", "M. Abebe")
PLATES = "ABCDEFGHJKLMNPRSTUVWXYZ"
BOOKS: tuple[str, ...] = (
    "The Lake in Winter", "Bread for Beginners", "A Short History of Bridges", "The Night Bus", "Garden Birds of the Prairie",
    "Small Engines",
    "The Lighthouse Clerk", "Algebra Without Tears", "Salt and Smoke", "Letters from Linden Street", "The Quiet Harbor", "How Cities Sleep",
)  # fmt: skip
