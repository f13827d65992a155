"""Revenue's database: a schema of the eighties, with cryptic names, dates as YYYYMMDD, cents, and names in upper case."""

from __future__ import annotations

from resources.demo.dirt import Habits, Known
from resources.demo.ledger import Ledger
from resources.demo.story import MARIA, NAMESAKE
from resources.demo.text import compact, days_from, legacy

_TYPES = ("PT", "PT", "PT", "WS", "WS", "BT", "SF")
_METHODS = ("W", "C", "K", "A")


class Revenue(Ledger):
    name = "revenue"
    habits = Habits(no_birth=0.1, no_phone=0.15, no_email=0.6, misspelt=0.06, stale=0.5, swapped=0.0, landline=0.6)
    share = 0.5
    tables = {  # noqa: RUF012 - never changed
        "TXPYR_MST": (
            "TP_ID INTEGER PRIMARY KEY, TP_NM TEXT, DOB CHAR(8), TP_PH CHAR(10), TP_EML TEXT, "
            "SIT_NO TEXT, SIT_STR TEXT, SIT_UN TEXT, SIT_ZIP CHAR(5), PCL_NO TEXT, CNF_FL CHAR(1), RFD_ACC TEXT, "
            "DCD_DT CHAR(8), ROW_VER INTEGER NOT NULL"
        ),
        "TXBIL": (
            "BIL_NO TEXT PRIMARY KEY, TP_ID INTEGER, BIL_TYP CHAR(2), BIL_YR INTEGER, BIL_QTR INTEGER, AMT_CTS INTEGER, "
            "BAL_CTS INTEGER, ISS_DT CHAR(8), DUE_DT CHAR(8), RMD_DT CHAR(8), STAT CHAR(1)"
        ),
        "TXPLN": (
            "PLN_NO INTEGER PRIMARY KEY, BIL_NO TEXT UNIQUE, TP_ID INTEGER, MTHS INTEGER, AMT_CTS INTEGER, STRT_DT CHAR(8), "
            "OLD_STAT CHAR(1), CHG_KEY TEXT UNIQUE"
        ),
        "CHGLOG": "CHG_NO INTEGER PRIMARY KEY, CHG_KEY TEXT UNIQUE NOT NULL, TP_ID INTEGER, CHG_TYP CHAR(2), CHG_DT CHAR(8), USR TEXT",
        "TXPAY": "PAY_NO TEXT PRIMARY KEY, TP_ID INTEGER, BIL_NO TEXT, AMT_CTS INTEGER, RCV_DT CHAR(8), PAY_MTH CHAR(1)",
    }
    rules = (
        "CREATE TRIGGER ZIP_CHK BEFORE UPDATE OF SIT_ZIP ON TXPYR_MST WHEN NEW.SIT_ZIP NOT GLOB '[0-9][0-9][0-9][0-9][0-9]' "
        "BEGIN SELECT RAISE(ABORT, 'That is no post code: five digits are needed.'); END",
        "CREATE TRIGGER PLN_CHK BEFORE INSERT ON TXPLN WHEN NEW.AMT_CTS < 2500 "
        "BEGIN SELECT RAISE(ABORT, 'An instalment would be less than $25.00: choose fewer months.'); END",
    )
    indexes = (
        "TXPYR_MST (TP_NM)",
        "TXPYR_MST (substr(TP_PH, -7))",
        "TXPYR_MST (DOB)",
        "TXPYR_MST (TP_EML)",
        "TXPYR_MST (SIT_NO, SIT_STR)",
        "TXPYR_MST (PCL_NO)",
        "TXBIL (TP_ID)",
        "TXPAY (TP_ID)",
    )

    def add(self, person: Known) -> None:
        number, home, between = person.number, person.home, self.between
        key = 400_000 + number
        parcel = {MARIA: "14-33-105-0223", NAMESAKE: "14-33-105-0219"}.get(number) if person.story else None
        if parcel is None:  # section and block grow with the number, so that no two parcels are alike
            parcel = f"{15 + number // 270_000:02d}-{number // 9000 % 30 + 10}-{between(100, 999)}-{number % 9000 + 1000}"
        self.put(
            "TXPYR_MST",
            key,
            f"{legacy(person.family)}, {legacy(person.given)}",
            compact(person.birth) if person.birth else "00000000",
            person.phone or None,
            person.email or None,
            str(home.number),
            home.street.upper(),
            home.unit.upper(),
            home.post_code,
            parcel,
            "Y" if person.protected else "N",
            f"021000021 {number * 7919 % 9000 + 1000} {number * 104_729 % 9000 + 1000}",
            "00000000",
            1,
        )
        if person.story:
            self._story(number, key)
            return
        for _ in range(self.how_many()):
            issued = -between(5, 700)
            amount = between(2_500, 95_000)
            fate = self.rng.random()
            due = issued + 45
            status = "P" if fate < 0.62 or (due < -250 and fate < 0.9) else "D" if due < 0 else "O"
            if status == "D" and fate > 0.9:
                status = "L"
            self._bill(key, self.choose(_TYPES), amount, issued, due, status)

    def _bill(self, key: int, kind: str, amount: int, issued: int, due: int, status: str, number: str = "") -> None:
        number = number or f"TB{self.next_serial() + 20_000_000}"
        day = days_from(self.today, issued)
        quarter = (day.month - 1) // 3 + 1
        reminded = compact(days_from(self.today, due + 11)) if status in "DL" and due + 11 <= 0 else "00000000"
        issue_day, due_day = compact(day), compact(days_from(self.today, due))
        balance = 0 if status == "P" else amount
        self.put("TXBIL", number, key, kind, day.year, quarter, amount, balance, issue_day, due_day, reminded, status)
        if status == "P":
            paid = compact(days_from(self.today, min(0, due - self.between(1, 30))))
            self.put("TXPAY", f"P{number[2:]}", key, number, amount, paid, self.choose(_METHODS))

    def _story(self, number: int, key: int) -> None:
        """Maria's property tax of the third quarter is overdue; the namesake has paid."""
        if number == MARIA:
            self._bill(key, "PT", 21_450, -57, -12, "D", "TB20001042")
            self._bill(key, "PT", 21_450, -148, -103, "P", "TB20000871")
            self._bill(key, "WS", 8_760, -20, 10, "O", "TB20001107")
        elif number == NAMESAKE:
            self._bill(key, "PT", 18_020, -57, -12, "P", "TB20001043")
        else:
            self._bill(key, "PT", 15_000 + number * 1_111, -30, 15, "O", f"TB200020{number:02d}")
        self.serial = max(self.serial, 3_000)
