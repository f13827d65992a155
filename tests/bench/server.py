"""The benchmark's departments: one loopback server in a process of its own that answers after as many ms as the path says."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from multiprocessing.connection import Connection
from types import TracebackType

HUNG = 60.0
"""Seconds that the hung one waits; longer than any deadline."""


def _people(count: int) -> bytes:
    """About 500 bytes a person, of whom the first is the same in every department: 10 of them are 5 kB."""
    people = [
        {
            "id": f"{n:05}",
            "given": "Maria",
            "family": "Gonzalez",
            "born": f"19{84 - n % 60}-03-09",
            "phone": f"312555{n:04}",
            "street": f"{2210 + n} N Clark St",
            "history": "Moved in from another county; asked for letters in Spanish; no open matters. " * 5,
        }
        for n in range(count)
    ]
    return json.dumps({"items": people}).encode()


def _records(count: int) -> bytes:
    """About 400 bytes a record: 500 of them are 200 kB."""
    records = [
        {
            "id": f"R-{n:06}",
            "title": f"Property tax bill, parcel 14-33-105-{n:04}",
            "state": "OD" if n % 7 == 0 else "PD",
            "opened": f"20{10 + n % 16}-{1 + n % 12:02}-{1 + n % 28:02}",
            "due": f"2026-{1 + n % 12:02}-{1 + n % 28:02}",
            "cents": 21450 + n,
            "parcel": f"14-33-105-{n:04}",
            "note": "Billed to the owner of record; a reminder was sent; no objection is known. " * 2,
        }
        for n in range(count)
    ]
    return json.dumps({"items": records}).encode()


class BenchServer:
    """A context manager; ``url`` is its address. Paths: /people/MS, /records/MS, /hung; ``counted()`` reads how many are unanswered."""

    def __init__(self, people: int = 50, records: int = 500) -> None:
        self._sizes = (people, records)

    def __enter__(self) -> BenchServer:
        context = multiprocessing.get_context("spawn")
        self._mine, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, *self._sizes), daemon=True)
        self._process.start()
        self.url = f"http://127.0.0.1:{self._mine.recv()}"
        return self

    def counted(self) -> int:
        """Requests that are on the wire now."""
        self._mine.send("count")
        return int(self._mine.recv())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._mine.send("end")
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()


def _serve(pipe: Connection, people: int, records: int) -> None:
    asyncio.run(_Server(pipe, _people(people), _records(records)).run())


class _Server:
    def __init__(self, pipe: Connection, people: bytes, records: bytes) -> None:
        self._pipe = pipe
        self._bodies = {"people": people, "records": records}
        self._open = 0

    async def run(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self._pipe.send(server.sockets[0].getsockname()[1])
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def told() -> None:
            if not self._pipe.poll() or self._pipe.recv() == "end":
                ended.set()
            else:
                self._pipe.send(self._open)

        loop.add_reader(self._pipe.fileno(), told)
        await ended.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(request.split(b" ", 2)[1].decode().partition("?")[0], writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        what, _, ms = path.strip("/").partition("/")
        self._open += 1
        try:
            await asyncio.sleep(HUNG if what == "hung" else float(ms.partition("/")[0] or 0) / 1000)
        finally:
            self._open -= 1
        body = self._bodies.get(what, b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
