"""Memory with answers that are endless, unpack to gigabytes or are made of nothing but structure: each is refused."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import requests

from adapters.contract import BadAnswer
from adapters.transport import Transport
from tests.bench.answers import JSON, KINDS, XML, made, read
from tests.fakes import rest_city
from tests.fakes.node_servers import SCRIPTS


def bombs() -> dict[str, float]:
    """By how many MB this process has grown at its most, for the worst of answers that are endless or come to gigabytes; each is refused.

    The peer is requests with an answer of 300 MB, which it holds.
    """
    grown: dict[str, float] = {}
    with _bomber() as url:
        for kind, paths in BOMBS.items():
            for path in paths:
                name = f"{kind}_{path}"
                grown[name] = _grown(partial(_refused, kind, f"{url}/{path}"))
        peer = _grown(lambda: len(requests.get(f"{url}/300mb", timeout=60).content))
    return {"value": max(grown.values()), "peer": peer, **grown}


BOMBS = {
    "rest": ("10gb", "chunks", "gzip", "nested", "values", "objects", "texts"),
    "open311": ("10gb", "elements", "attributes"),
    "soap": ("10gb", "gzip"),
}


def _refused(kind: str, url: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="civicdesk-bench-"))
    transport = Transport()
    for name in ("registry.wsdl", "registry.xsd"):
        shutil.copy(SCRIPTS / name, folder)
    manifest = {
        "rest": lambda: rest_city.manifest_toml(url),
        "soap": lambda: KINDS["soap"]().manifest(url),
        "open311": lambda: (
            f'kind = "open311"\ntitle = "City"\ncolour = "#336699"\naddress = "{url}"\ncapabilities = ["records"]\nroles = ["agent"]\n'
            'limits = {}\nopen311 = { format = "xml" }\n[[records]]\nquery = { account_id = "{subject}" }\n'
        ),
    }[kind]()
    department = made(manifest, folder, transport, kind)
    try:
        read(department)
        raise RuntimeError(f"{url} was read by {kind}")
    except BadAnswer as error:
        if error.fault_key not in ("too_large", "unreadable"):
            raise
    finally:
        transport.close()
        shutil.rmtree(folder)


def _grown(work: Callable[[], object]) -> float:
    """MB by which the process is larger at its largest than before; what is loaded once is loaded by a first, small answer."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    work()
    return (_status("VmHWM") - before) / 1024


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


@contextmanager
def _bomber() -> Iterator[str]:
    """A server in a process of its own, of answers without end or without measure."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_bombs, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}"
    finally:
        process.kill()
        process.join(5)


def _bombs(pipe: Connection) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    gigabyte = b"".join(packer.compress(b" " * 1_000_000) for _ in range(1000)) + packer.flush()
    near = 7_900_000  # just below the most bytes that are taken
    bodies = {
        "nested": b"[" * near,
        "values": b'{"data":{"items":[' + b"1," * (near // 2) + b"1]}}",
        "objects": b'{"data":{"items":[' + b'{"a":1},' * (near // 8) + b"1]}}",
        "texts": b'{"data":{"items":[' + b'"ab",' * (near // 5) + b"1]}}",
        "elements": b"<r>" + b"<a/>" * (near // 4) + b"</r>",
        "attributes": b"<r " + b" ".join(b'a%d="1"' % n for n in range(near // 12)) + b"/>",
    }

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send(head: str, piece: bytes, times: int) -> None:
            writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\n{head}\r\n\r\n".encode())
            for _ in range(times):
                writer.write(piece)
                await writer.drain()

        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode().split("/")[1].split("?")[0]
            kind = f"Content-Type: {XML if path in ('elements', 'attributes') else JSON}"
            if path in bodies:
                await send(f"{kind}\r\nContent-Length: {len(bodies[path])}", bodies[path], 1)
            elif path == "chunks":
                await send(f"{kind}\r\nTransfer-Encoding: chunked", b"10000\r\n" + b" " * 65_536 + b"\r\n", 160_000)
            elif path == "gzip":
                await send(f"{kind}\r\nContent-Encoding: gzip\r\nContent-Length: {10 * len(gigabyte)}", gigabyte, 10)
            else:
                size = 300_000_000 if path == "300mb" else 10_000_000_000
                await send(f"{kind}\r\nContent-Length: {size}", b" " * 100_000, size // 100_000)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())
