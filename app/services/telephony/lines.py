"""The telephone lines of one desk: all the ways in which it is told of calls, as its site has them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock

from app.services.credentials import Credentials, KeyringUnavailable
from app.services.telephony.manager import Manager
from app.services.telephony.webhook import NoPort, Webhook
from models.telephony import CallEvent, TelephonySettings

MOST_WAITING = 500
"""Events that wait for the window; what comes besides is refused."""


class Inbox:
    """Events on their way from the threads that hear them to the window's: bounded, and handed over many at a time."""

    def __init__(self, wake: Callable[[], object]) -> None:
        """``wake`` is called, in any thread, when there is something to take."""
        self._wake = wake
        self._lock = Lock()
        self._waiting: deque[CallEvent] = deque()

    @property
    def waiting(self) -> bool:
        """Whether there is something to take."""
        return bool(self._waiting)

    def put(self, event: CallEvent) -> bool:
        """False: there is no room, and nothing was kept."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(event)
            first = len(self._waiting) == 1
        if first:
            self._wake()
        return True

    def take(self, most: int) -> list[CallEvent]:
        """As many as there are, in the order in which they were told."""
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]


class Lines:
    """``hear`` and ``told`` as in ``Manager``; both are called in other threads."""

    def __init__(self, settings: TelephonySettings, actor: str, credentials: Credentials) -> None:
        self._settings = settings
        self._actor = actor
        self._credentials = credentials
        self._webhook: Webhook | None = None
        self._manager: Manager | None = None

    @property
    def webhook_port(self) -> int:
        """Where the webhook listens; 0 where there is none."""
        return self._webhook.port if self._webhook is not None else 0

    def open(self, hear: Callable[[CallEvent], bool], told: Callable[[str], object]) -> None:
        """Begin to listen. Blocking: asks the keyring."""
        settings = self._settings
        extension = settings.extensions.get(self._actor, "")
        if settings.webhook_port:
            try:
                secret = self._credentials.get(settings.webhook_secret) if settings.webhook_secret else ""
                if secret is None:
                    told(f"Calls can't be told: the keyring has no {settings.webhook_secret!r}, the secret of the telephone's webhook.")
                else:
                    mine = frozenset((extension, self._actor)) if extension else frozenset[str]()
                    self._webhook = Webhook(settings.webhook_port, hear, secret, mine)
            except (NoPort, KeyringUnavailable) as error:
                told(str(error))
        if settings.asterisk:
            name = settings.asterisk_credential
            self._manager = Manager(settings.asterisk, settings.asterisk_user, lambda: self._credentials.get(name), extension, hear, told)
            self._manager.start()

    def close(self) -> None:
        """Hear nothing more."""
        for line in (self._webhook, self._manager):
            if line is not None:
                line.close()
