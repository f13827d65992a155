"""Springvale as it runs: asked by the real adapters over real sockets and files, switched, killed, and gone without a trace."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import requests

from adapters.contract import CallContext, Department, DepartmentError, SignInNeeded, Unavailable
from adapters.geocoder import Geocoder
from adapters.mail import send_mail
from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.config import load_site
from app.services.demo_keyring import DemoKeyring
from app.services.identity import compare
from app.services.reading import ReadingRules, read_query
from models.people import Person
from models.query import SearchQuery
from models.records import Record, RecordRef
from models.summary import NotSent
from resources.demo.city import DATABASES, DEPARTMENTS, SERVERS, DemoCity

PEOPLE = 1_000
SECONDS = 20.0
MARIA = SearchQuery(name="Maria Gonzalez", given="Maria", family="Gonzalez")


class Asker:
    """A running city with a department object for each manifest."""

    def __init__(self, city: DemoCity) -> None:
        self.city = city
        self.site = load_site(city.site)
        self.transport = Transport()
        self.manifests = {each.id: each for each in self.site.manifests}
        self.departments: dict[str, Department] = {name: make_department(each, self.transport) for name, each in self.manifests.items()}
        patterns = tuple((name, pattern) for name, each in self.manifests.items() for pattern in each.references)
        self.rules = ReadingRules(references=patterns)

    def context(self, manifest: Manifest, seconds: float = SECONDS, credential: str | None = None) -> CallContext:
        return CallContext(time.monotonic() + seconds, credential or self.city.credentials().get(manifest.credential))

    def find(self, department: str, query: SearchQuery, seconds: float = SECONDS) -> list[Person | Record]:
        manifest = self.manifests[department]
        return list(self.departments[department].find(query, self.context(manifest, seconds)))

    def close(self) -> None:
        for each in self.departments.values():
            each.close()
        self.transport.close()


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with DemoCity(people=PEOPLE) as city:
        asker = Asker(city)
        yield asker
        asker.close()
    assert not city.site.exists()


def test_all_manifests_are_right_and_their_departments_answer(asker: Asker) -> None:
    assert asker.site.problems == {}
    assert sorted(asker.departments) == sorted(DEPARTMENTS) == sorted(asker.city.departments)
    for name, department in asker.departments.items():
        assert department.check(asker.context(asker.manifests[name])).ms > 0


def test_only_the_owner_may_look_into_the_folder(asker: Asker) -> None:
    if os.name == "posix":
        assert stat.S_IMODE(asker.city.site.stat().st_mode) == 0o700


def test_every_sample_search_finds_somebody(asker: Asker) -> None:
    for text in asker.city.sample_searches:
        query, _ = read_query(text, asker.rules, date.today())
        asked = query.reference_of or tuple(name for name, each in asker.departments.items() if each.can_find(query))
        found = {name: asker.find(name, query) for name in asked}
        assert any(found.values()), text
        if query.reference:
            owners = {each.ref.id if isinstance(each, Person) else each.subject and each.subject.id for each in found[asked[0]]}
            assert any(owner and owner.endswith("0001") for owner in owners), text


def test_the_first_sample_is_certain_in_four_departments_that_an_agent_may_ask(asker: Asker) -> None:
    query, _ = read_query(asker.city.sample_searches[0], asker.rules, date.today())
    maria: dict[str, Person] = {}
    for name, manifest in asker.manifests.items():
        if "agent" in manifest.roles:
            people = (each for each in asker.find(name, query) if isinstance(each, Person))
            for person in people:
                if person.emails == ("m.gonzalez@mail.example",):
                    maria[name] = person
    assert sorted(maria) == ["cases", "parking", "permits", "requests", "revenue"]
    for name, person in maria.items():
        assert compare(maria["revenue"], person).verdict == "same" or name == "revenue", name


def test_marias_records_make_a_desk(asker: Asker) -> None:
    found: dict[str, list[Record]] = {}
    for name in ("revenue", "permits", "requests", "parking", "cases"):
        person = next(each for each in asker.find(name, MARIA) if isinstance(each, Person) and each.emails == ("m.gonzalez@mail.example",))
        context = asker.context(asker.manifests[name])
        found[name] = list(asker.departments[name].records(person.ref, context))
    records = {record.ref.id: record for several in found.values() for record in several}
    tax = records["TB20001042"]
    assert (tax.attention, str(tax.amount), tax.currency) == ("late", "214.50", "USD")
    assert tax.title.startswith("Property tax Q")
    assert records["24-001042"].attention == "late"
    permit = records["RP143-00912"]
    assert permit.attention == "soon"
    assert permit.due is not None
    assert (permit.due - date.today()).days in (8, 9)  # midnight may pass meanwhile
    case = next(record for record in found["cases"] if record.title == "Objection to assessment")
    assert case.status == "With caseworker"
    assert all(record.title and record.status and record.opened for record in records.values())


def test_a_record_is_looked_up_by_its_number(asker: Asker) -> None:
    for text in asker.city.sample_searches:
        query, _ = read_query(text, asker.rules, date.today())
        for name in query.reference_of:
            record = asker.departments[name].lookup(RecordRef(name, query.reference), asker.context(asker.manifests[name]))
            assert record.title


def test_benefits_marks_the_national_id_sensitive(asker: Asker) -> None:
    query, _ = read_query("Lena Wójcik", asker.rules, date.today())
    lena = next(each for each in asker.find("benefits", query) if isinstance(each, Person) and each.given_name == "Lena")
    assert [each.sensitivity for each in lena.identifiers] == ["sensitive"]


@pytest.mark.parametrize("name", SERVERS)
def test_a_wrong_credential_is_refused(asker: Asker, name: str) -> None:
    context = asker.context(asker.manifests[name], credential="wrong")
    with pytest.raises(SignInNeeded):
        asker.departments[name].check(context)
    with pytest.raises(SignInNeeded):
        list(asker.departments[name].find(MARIA, context))


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_can_be_switched_off_and_on(asker: Asker, name: str) -> None:
    asker.find(name, MARIA)
    asker.city.switch(name, False)
    assert asker.city.state()[name] is False
    with pytest.raises(Unavailable):
        asker.find(name, MARIA)
    asker.city.switch(name, True)
    assert asker.find(name, MARIA)


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_can_be_switched_off_and_on(asker: Asker, name: str) -> None:
    asker.find(name, MARIA)
    asker.city.switch(name, False)
    with pytest.raises(DepartmentError):
        asker.find(name, MARIA, seconds=0.5)
    asker.city.switch(name, True)
    assert asker.find(name, MARIA)


def test_control_hands_out_credentials_and_switches(asker: Asker) -> None:
    demo = asker.site.settings.demo
    assert demo is not None
    assert requests.get(demo.credentials, timeout=5).json() == asker.city.credentials()
    order = {"department": "permits", "on": False}
    assert requests.post(f"{demo.control}/switch", json=order, timeout=5).json()["permits"] is False
    assert requests.get(f"{demo.control}/state", timeout=5).json()["permits"] is False
    assert requests.post(f"{demo.control}/switch", json={**order, "on": True}, timeout=30).json()["permits"] is True


def test_control_keeps_what_desks_put_into_its_keyring(asker: Asker) -> None:
    demo = asker.site.settings.demo
    assert demo is not None
    first, second = (DemoKeyring(demo.credentials, asker.transport) for _ in range(2))
    assert second.get_password("civicdesk", "audit-key") is None
    first.set_password("civicdesk", "audit-key", "ab" * 32)
    assert second.get_password("civicdesk", "audit-key") == "ab" * 32
    assert second.get_password("civicdesk", "springvale-permits") == asker.city.credentials()["springvale-permits"]
    for order in ({"name": "x"}, {"name": "x", "secret": None}, {"name": 1, "secret": "x"}):
        assert requests.post(demo.credentials, json=order, timeout=5).status_code == 400


def test_control_needs_the_token_and_an_order_that_makes_sense(asker: Asker) -> None:
    demo = asker.site.settings.demo
    assert demo is not None
    base, _, _ = demo.control.rpartition("/")
    for path in ("credentials", "/credentials", "wrong/credentials", "é/credentials"):
        assert requests.get(f"{base}/{path}", timeout=5).status_code == 404
    url = f"{demo.control}/switch"
    assert requests.post(url, json={"department": "zoo", "on": False}, timeout=5).status_code == 404
    for body in (b"", b"[]", b"{", b'{"department": "permits", "on": "no"}', b'{"department": [], "on": true}'):
        assert requests.post(url, data=body, timeout=5).status_code == 400


def test_the_open311_server_speaks_xml_too(asker: Asker) -> None:
    address, key = asker.manifests["requests"].address, asker.city.credentials()["springvale-requests"]
    ask = {"api_key": key, "service_request_id": "24-001042"}
    as_xml = requests.get(f"{address}/requests.xml", params=ask, timeout=5)
    assert as_xml.headers["Content-Type"].startswith("text/xml")
    assert "<service_requests><request><service_request_id>24-001042</service_request_id>" in as_xml.text
    as_json = requests.get(f"{address}/requests/24-001042.json", params=ask, timeout=5).json()
    assert as_json[0]["first_name"] == "Maria"
    refused = requests.get(f"{address}/requests.xml", timeout=5)
    assert (refused.status_code, "<code>401</code>" in refused.text) == (401, True)
    root = address.removesuffix("/open311/v2")
    assert requests.get(f"{root}/discovery.json", timeout=5).json()["endpoints"][0]["url"] == address


def test_the_city_suggests_its_own_addresses(asker: Asker) -> None:
    geocoding = asker.site.settings.geocoding
    assert geocoding is not None
    geocoder = Geocoder(asker.transport, geocoding.address, geocoding.speaks, geocoding.parameters)
    [found] = geocoder.suggest("2210 clark", CallContext(time.monotonic() + SECONDS))
    assert (found.thoroughfare, found.locator, found.post_code, found.city) == ("N Clark St", "2210", "60614", "Springvale")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        DemoCity(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_an_impossible_number_of_people_is_refused() -> None:
    for people in (0, -5, 1_000_001):
        with pytest.raises(ValueError, match="1,000,000"):
            DemoCity(people=people)


# --- the command, in a process of its own, as an operator starts it

COMMAND = "import sys; from resources.demo.command import serve; serve(300, sys.stdout)"


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"])
def test_nothing_is_left_behind(how: str, tmp_path: Path) -> None:
    mark = f"SPRINGVALE_TEST={os.getpid()}-{how}"
    name, _, value = mark.partition("=")
    environment = {**os.environ, name: value, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    city = subprocess.Popen(
        [sys.executable, "-c", COMMAND],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment,
        text=True,
    )
    try:
        assert city.stdout is not None
        line = json.loads(city.stdout.readline())
        assert sorted(line) == ["departments", "sample_searches", "site"]
        site = Path(line["site"])
        assert (site / "site.toml").is_file()
        assert len(_running(mark)) >= 1 + len(SERVERS)
        city.send_signal(getattr(signal, how))
        out, err = city.communicate(timeout=30)
    finally:
        if city.poll() is None:
            city.kill()
            city.communicate()
    assert (out, err) == ("", "")
    assert city.returncode == (-signal.SIGKILL if how == "SIGKILL" else 0)
    give_up = time.monotonic() + 15
    while (_running(mark) or any(tmp_path.iterdir())) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert _running(mark) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_what_is_left_after_all_was_killed_goes_with_the_next_start(tmp_path: Path) -> None:
    def start() -> tuple[subprocess.Popen[str], Path]:
        environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
        city = subprocess.Popen([sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, env=environment, text=True, start_new_session=True)
        assert city.stdout is not None
        return city, Path(json.loads(city.stdout.readline())["site"])

    killed, left = start()
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert left.is_dir()
    (tmp_path / "springvale-notes").mkdir()  # somebody else's
    first, running = start()
    second, _ = start()
    try:
        assert not left.exists()
        assert (running / "site.toml").is_file()
    finally:
        for city in (first, second):
            city.terminate()
            city.communicate(timeout=30)
    assert [each.name for each in tmp_path.iterdir()] == ["springvale-notes"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ended_while_it_starts_it_leaves_nothing_either(tmp_path: Path) -> None:
    mark = f"SPRINGVALE_TEST={os.getpid()}-early"
    name, _, value = mark.partition("=")
    environment = {**os.environ, name: value, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    city = subprocess.Popen(
        [sys.executable, "-c", COMMAND.replace("300", "40_000")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    )
    give_up = time.monotonic() + 30
    while not list(tmp_path.glob("springvale-*/data/*.db")) and time.monotonic() < give_up:
        time.sleep(0.01)
    city.terminate()
    out, err = city.communicate(timeout=30)
    assert (city.returncode, out, err) == (0, "", "")
    while _running(mark) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert _running(mark) == []
    assert list(tmp_path.iterdir()) == []


def _running(mark: str) -> list[str]:
    """Processes that were given the mark in their environment, and still run."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            alive = (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            if alive and mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(folder.name)
        except OSError:
            continue
    return found


def test_mail_is_taken_and_goes_nowhere(city: DemoCity) -> None:
    server = load_site(city.site).settings.mail
    assert server is not None
    send_mail(server, lambda name: None, "m.gonzalez@mail.example", "Your call", "Hello\n.\n..María\n")
    (kept,) = sorted((city.site / "data" / "mail").iterdir())
    message = message_from_bytes(kept.read_bytes(), policy=default)
    assert message.get_content().replace("\r\n", "\n") == "Hello\n.\n..María\n"
    with pytest.raises(NotSent, match="refuses this address"):
        send_mail(server, lambda name: None, "refused@mail.example", "Your call", "Hello")
