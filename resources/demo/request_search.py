"""Searches the file of service requests: by number, service, dates, and by who reported them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from resources.demo.matching import match
from resources.demo.reader import Reader

_TOLD = (
    "service_request_id, status, status_notes, service_code, description, requested_datetime, updated_datetime, expected_datetime, "
    "address, zipcode, lat, long, account_id, first_name, last_name, email, phone, account_address, account_zip, "
    "attributes, media_url, token, numbered_at"
)
_STAFF = ("account_id", "first_name", "last_name", "phone", "email", "address")


class RequestFile(Reader):
    """Reads the department's database; usable from several threads."""

    @staticmethod
    def names_somebody(ask: Mapping[str, str]) -> bool:
        """Whether staff's own parameters or a number are asked for: then no dates are needed."""
        return any(ask.get(name) for name in (*_STAFF, "service_request_id"))

    def by_number(self, number: str) -> dict[str, Any] | None:
        found = self._requests("service_request_id = ?", "requested_datetime", (number, 1, 0))
        return found[0] if found else None

    def by_token(self, token: str) -> dict[str, Any] | None:
        found = self._requests("token = ?", "requested_datetime", (token, 1, 0))
        return found[0] if found else None

    def search(self, ask: Mapping[str, str], since: date | None, until: date | None, limit: int, offset: int) -> list[dict[str, Any]]:
        """Requests that meet all of the standard's filters and one of the staff's: best fit first, then the newest."""
        fits, values = [], list[str]()
        for column in ("service_request_id", "service_code", "status"):
            if ask.get(column):
                chosen = ask[column].split(",")
                fits.append(f"{column} IN ({', '.join('?' * len(chosen))})")
                values += chosen
        if ask.get("account_id"):
            fits.append("account_id = ?")
            values.append(ask["account_id"])
        reporter = match(_reporter(ask))
        if reporter.where:
            fits.append(f"({reporter.where})")
            values += reporter.values
        elif any(ask.get(name) for name in ("first_name", "last_name", "phone", "email", "address")):
            return []  # asked for somebody, by nothing that can be searched for
        # Written in local time, so that the text's order is the order of days.
        if since is not None:
            fits.append("requested_datetime >= ?")
            values.append(since.isoformat())
        if until is not None:
            fits.append("requested_datetime < ?")
            values.append((until + timedelta(days=1)).isoformat())
        order = f"{reporter.order} DESC, +requested_datetime" if reporter.where else "requested_datetime"
        return self._requests(" AND ".join(fits) or "1", order, (*values, *reporter.scores, limit, offset))

    def _requests(self, where: str, order: str, values: tuple[str | int, ...]) -> list[dict[str, Any]]:
        sql = f"SELECT {_TOLD} FROM request WHERE {where} ORDER BY {order} DESC, service_request_id LIMIT ? OFFSET ?"
        return [dict(row) for row in self.rows(sql, values)]


def _reporter(ask: Mapping[str, str]) -> dict[str, str]:
    """Staff's parameters in the words of ``matching``; an address is house number and street."""
    place = re.match(r"\s*(\d+)\S*\s+(\S.*)", ask.get("address", ""))
    return {
        "family": ask.get("last_name", ""),
        "given": ask.get("first_name", ""),
        "phone": ask.get("phone", ""),
        "email": ask.get("email", ""),
        "house": place[1] if place else "",
        "street": place[2] if place else "",
        "zip": ask.get("zipcode", ""),
    }
