"""Addresses suggested while they are typed, from the site's geocoder; without one, or while it is down, what was typed is read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from adapters.contract import CallContext, Cancelled, DepartmentError, SignInNeeded
from adapters.geocoder import Geocoder
from adapters.reactor import aside
from app.services.addresses import read_address, without_unit, written
from app.services.bulkhead import Bulkhead
from app.services.departments import in_worker
from app.services.reading import ReadingRules
from models.people import Address

log = logging.getLogger(__name__)

SECONDS = 1.5
"""The longest that a suggestion is waited for: nobody reads one that comes after the address was typed."""
PAUSE = 30.0
"""Seconds in which a geocoder that failed is left alone."""
FEWEST_LETTERS = 3


class Geocoding:
    """``geocoder`` None: the site has none, and nothing is suggested. ``secret`` gives its key, where it needs one, and may block."""

    def __init__(
        self,
        geocoder: Geocoder | None,
        rules: ReadingRules,
        secret: Callable[[], str | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._geocoder = geocoder
        self._rules = rules
        self._clock = clock
        self._again = 0.0
        self._well = True
        reactor = geocoder.transport.reactor if geocoder is not None else None
        self._bulkhead = Bulkhead("geocoding", 2, reactor)

    @property
    def suggests(self) -> bool:
        """Whether there is a geocoder, and it answered when it was last asked."""
        return self._geocoder is not None and self._well

    def read(self, text: str) -> Address | None:
        """The parts of what was typed; None where nothing was."""
        return read_address(text, self._rules)

    async def suggest(self, text: str) -> tuple[Address, ...]:
        """Whole addresses that the text may be the beginning of, the best first; none where the geocoder does not answer."""
        geocoder, now = self._geocoder, self._clock()
        asked, unit = without_unit(" ".join(text.split()))
        if geocoder is None or len(asked) < FEWEST_LETTERS or now < self._again:
            return ()
        try:
            found = await in_worker(self._bulkhead, lambda: self._asked(geocoder, asked))
        except Cancelled:
            return ()
        except DepartmentError as error:
            self._again = now + PAUSE
            if self._well:  # one line per fault
                log.info("the geocoder fails: %s", error.fault_key)
            self._well = False
            return ()
        if not self._well:
            log.info("the geocoder answers again")
        self._well = True
        typed = self.read(asked)
        return tuple(dict.fromkeys(self._whole(each, typed, unit) for each in found))

    def _asked(self, geocoder: Geocoder, text: str) -> tuple[Address, ...]:
        until = time.monotonic() + SECONDS
        key = None
        if self._secret is not None:
            with suppress(TimeoutError):
                key = aside(self._secret, until)
            if key is None:
                raise SignInNeeded("the keyring has none of the name in geocoding.credential", key="no_credential")
        return geocoder.suggest(text, CallContext(until, key))

    def _whole(self, found: Address, typed: Address | None, unit: str) -> Address:
        """A suggestion with what only the caller knows: the unit, and the house number where the geocoder knows the street alone.

        The post code of a street need not be that of the house.
        """
        number, post_code = found.locator, found.post_code
        if not number and typed is not None and typed.locator:
            number, post_code = typed.locator, typed.post_code
        parts = (found.thoroughfare, number, unit, post_code, found.city)
        return msgspec.structs.replace(found, full=written(*parts, self._rules.region), locator=number, unit=unit, post_code=post_code)

    def close(self) -> None:
        self._bulkhead.close()
