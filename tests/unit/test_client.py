"""The client against the stand-in: each form, every fault, no secret shown, nothing for ever."""

from __future__ import annotations

import logging
import pickle
import sys
import threading
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.standin.faults import FAULTS
from tests.standin.server import (
    AUTHORITY,
    CLIENT,
    CLIENT_SECRET,
    CUSTOMER,
    MOST_OPEN,
    PASSWORD,
    SECRETS,
    TOKEN,
    USER,
    StandIn,
    standing_in,
)
from tests.standin.store import Store
from translator.errors import TranslatorError, UsageError
from translator.pack.client.client import Client
from translator.pack.client.connect import open_client, open_session
from translator.pack.client.endpoints import (
    ATTRIBUTES,
    EXCEPTIONS,
    FILL_TABLE,
    NEW_TABLE,
    QUERY_V1,
    ROWS,
    RULES,
)
from translator.pack.client.errors import QueryLost, QueryRefused, ServerError
from translator.pack.client.query import EventQuery, report
from translator.pack.client.secret import ClientKey, Credentials, Password, Secret, Token, find_credentials
from translator.pack.client.server import Server, server_url
from translator.pack.client.transport import LONGEST_PAUSE, TRIES, Session

QUERY = "/eventQuery"
EVENTS = [
    {"phRecvTime": at, "eventType": "Win-Security-4625", "user": f"user{at % 3}", "hostName": "a"}
    for at in range(1_000, 1_060)
]
WHERE = 'eventType = "Win-Security-4625"'
ASKED = EventQuery(WHERE, 1_000, 1_030)
PASSWORDS = Password(USER, Secret(PASSWORD))


@dataclass
class Clock:
    """Seconds that pass when somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pause(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds
            self.waits.append(seconds)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with standing_in(StandIn(Store(list(EVENTS), b"<Rules><DataRequest/></Rules>"))) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


Opener = Callable[..., Client]


@pytest.fixture
def client(standin: StandIn, clock: Clock) -> Iterator[Opener]:
    opened: list[Session] = []

    def call(credentials: Credentials = PASSWORDS, api: str = "auto", **settings: Any) -> Client:
        server = Server(**{"url": standin.url, "timeout": 0.4, **settings})
        opened.append(Session(server, credentials, clock.pause, clock))
        return open_client(opened[-1], api)

    yield call
    for session in opened:
        session.__exit__(None, None, None)


# --- Right answers ------------------------------------------------------------------------------

FORMS = {
    "v2": {},
    "v1 where there is no v2": {"v2": False},
    "plain text before 6.7.6": {"v2": False, "old": True},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_query_is_asked_and_waited_for(form: str, standin: StandIn, client: Opener, clock: Clock) -> None:
    for name, value in FORMS[form].items():
        setattr(standin, name, value)
    asking = client()
    result = asking.run(ASKED)
    assert [list(row.values()) for row in result.rows] == [["30"]]
    assert asking.api == ("v2" if form == "v2" else "v1")
    assert clock.waits == [0.5, 0.75]
    asked = len(standin.asked)
    asking.run(ASKED)
    assert len(standin.asked) - asked == 5  # the form that does not exist is tried once


@pytest.mark.parametrize("form", FORMS)
def test_groups_come_in_pages(form: str, standin: StandIn, client: Opener) -> None:
    for name, value in FORMS[form].items():
        setattr(standin, name, value)
    standin.page = 1
    grouped = EventQuery(WHERE, 0, 9_999, ("user", "COUNT(*)"), ("user",))
    result = client().run(grouped)
    assert (result.total, [row["user"] for row in result.rows]) == (3, ["user0", "user1", "user2"])
    assert client().run(grouped, 2).rows == result.rows[:2]
    events = client().run(EventQuery(WHERE, 0, 9_999, ("user", "hostName")), 4)
    assert (events.total, len(events.rows)) == (60, 4)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_found(form: str, standin: StandIn, client: Opener) -> None:
    for name, value in FORMS[form].items():
        setattr(standin, name, value)
    result = client().run(EventQuery(WHERE, 0, 1, ("user", "COUNT(*)"), ("user",)))
    assert (list(result.rows), result.total) == ([], 0)


@pytest.mark.parametrize("form", FORMS)
def test_the_server_says_what_is_wrong_with_a_filter(form: str, standin: StandIn, client: Opener) -> None:
    for name, value in FORMS[form].items():
        setattr(standin, name, value)
    for where, said in (("NOT (user = 1)", "Filter syntax error"), ('usr = "x"', "Unknown attribute usr")):
        with pytest.raises(QueryRefused, match=said):
            client().run(EventQuery(where, 0, 1))
        with pytest.raises(QueryRefused, match="error 255"):
            client().accepts(EventQuery(where, 0, 1))
    client().accepts(ASKED)


def test_texts_are_escaped_in_both_forms(standin: StandIn, client: Opener) -> None:
    user = "<a & \"b\" 'c'\\>"
    standin.store.events = [{"phRecvTime": 5, "eventType": "x", "user": user}]
    where = 'user = "<a & \\"b\\" \'c\'\\\\>"'
    query = EventQuery(where, 0, 9, ("user",))
    for form in ("v1", "v2"):
        assert [row["user"] for row in client(api=form).run(query).rows] == [user]
    assert "]]>" not in report(EventQuery('user = "]]>"', 0, 1))


@pytest.mark.parametrize("form", ["v2", "v1 where there is no v2"])
def test_sql_is_taken_from_those_who_see_everything(form: str, standin: StandIn, client: Opener) -> None:
    for name, value in FORMS[form].items():
        setattr(standin, name, value)
    standin.store.sql_rows = [{"name": "phRecvTime", "type": "Map(String, String) < & >"}]
    query = EventQuery("", 0, 0, sql="SELECT name, type FROM system.columns WHERE name < 'b' AND 1")
    assert list(client().run(query).rows) == standin.store.sql_rows
    with pytest.raises(QueryRefused, match="SQL is only available for Super/Global users"):
        client(Password(CUSTOMER, Secret(PASSWORD))).run(query)
    assert client(Password(CUSTOMER, Secret(PASSWORD))).run(ASKED).total == 1


def test_an_api_that_the_server_lacks(standin: StandIn, client: Opener) -> None:
    standin.v2 = False
    with pytest.raises(ServerError, match="api-missing"):
        client(api="v2").run(ASKED)


# --- Who asks -----------------------------------------------------------------------------------


def test_a_token_is_fetched_once_and_again_when_it_is_refused(standin: StandIn, client: Opener) -> None:
    asking = client(ClientKey(CLIENT, Secret(CLIENT_SECRET)))
    asking.run(ASKED)
    asking.run(ASKED)
    assert standin.minted == 1
    standin.tokens.clear()
    assert len(asking.run(ASKED).rows) == 1
    assert standin.minted == 2


def test_a_token_that_is_given_once_is_not_asked_for_again(standin: StandIn, client: Opener) -> None:
    standin.tokens_once = True
    asking = client(ClientKey(CLIENT, Secret(CLIENT_SECRET)))
    asking.run(ASKED)
    standin.tokens.clear()
    with pytest.raises(ServerError, match="server-denied: no token: status 400, Invalid input parameters"):
        asking.run(ASKED)
    assert sum("oauth" in each for each in standin.asked) == 2


DENIED: dict[str, Credentials] = {
    "a wrong password": Password(USER, Secret("guess-my-password")),
    "no organisation": Password("probe", Secret("guess-my-password")),
    "a broken token": Token(Secret("guess.my.token")),
    "a wrong client": ClientKey(CLIENT, Secret("guess-my-secret")),
}


@pytest.mark.parametrize("who", DENIED)
def test_who_is_denied_is_not_asked_again(who: str, standin: StandIn, client: Opener, clock: Clock) -> None:
    with pytest.raises(ServerError) as caught:
        client(DENIED[who]).run(ASKED)
    assert caught.value.code == "server-denied"
    assert (len(standin.asked), clock.waits) == (1, [])
    for secret in DENIED[who].hidden:
        assert secret not in str(caught.value)


# --- Faults -------------------------------------------------------------------------------------

PASSING = [
    *("busy", "busy for a while", "busy for a year", "unavailable", "busy as older servers say it"),
    *("bad gateway", "cut", "silent", "forgets"),
]
LASTING = {
    "defect": "server-error",
    "forbidden": "server-denied",
    "a web page": "answer-unreadable",
    "nothing": "answer-unreadable",
    "half of an answer": "answer-unreadable",
    "another shape": "answer-unreadable",
    "a bomb": "answer-unreadable",
    "elsewhere": "server-error",
}
PLACES = {"v2": ("v2/query/eventQuery", "v2/query/progress", "v2/query/events/results")}
PLACES["v1"] = ("rest/query/eventQuery", "rest/query/progress", "rest/query/events")


@pytest.mark.parametrize("api", PLACES)
@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_out(
    fault: str, place: int, api: str, standin: StandIn, client: Opener, clock: Clock
) -> None:
    standin.fail(PLACES[api][place], *([FAULTS[fault]] * (1 if fault == "forgets" else 2)))
    if fault == "busy as older servers say it" and (api, place) == ("v2", 0):
        return  # without --api v2 this looks like a server that does not know the form
    assert [list(row.values()) for row in client(api=api).run(ASKED).rows] == [["30"]]
    if fault == "busy for a while":
        assert clock.waits.count(7) == 2
    assert max(clock.waits) <= LONGEST_PAUSE


@pytest.mark.parametrize("api", PLACES)
@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("fault", [each for each in PASSING if each not in ("silent", "forgets")])
def test_what_does_not_pass_ends(
    fault: str, place: int, api: str, standin: StandIn, client: Opener, clock: Clock
) -> None:
    standin.fail(PLACES[api][place], *([FAULTS[fault]] * 100))
    if fault == "busy as older servers say it" and (api, place) == ("v2", 0):
        return
    with pytest.raises(ServerError) as caught:
        client(api=api).run(ASKED)
    assert caught.value.code == ("server-cut" if fault == "cut" else "server-busy")
    assert 100 - len(standin.faults[PLACES[api][place]]) == TRIES
    assert sum(clock.waits) < 400


@pytest.mark.parametrize("api", PLACES)
@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("fault", LASTING)
def test_what_stays_wrong_is_one_error(
    fault: str, place: int, api: str, standin: StandIn, client: Opener, clock: Clock
) -> None:
    standin.fail(PLACES[api][place], *([FAULTS[fault]] * 100))
    with pytest.raises(ServerError) as caught:
        client(api=api).run(ASKED)
    assert caught.value.code == LASTING[fault]
    assert 100 - len(standin.faults[PLACES[api][place]]) == 1
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_an_error_in_a_good_answer(standin: StandIn, client: Opener) -> None:
    standin.fail(PLACES["v2"][0], FAULTS["error in a good answer"])
    with pytest.raises(QueryRefused, match="error 255: Internal error"):
        client().run(ASKED)


def test_a_query_that_is_lost_is_asked_once_more_and_no_more(standin: StandIn, client: Opener) -> None:
    standin.fail(PLACES["v2"][2], *([FAULTS["forgets"]] * 100))
    with pytest.raises(QueryLost, match="expired"):
        client().run(ASKED)
    assert sum(each.endswith(QUERY) for each in standin.asked) == 2


def test_the_older_form_is_particular_about_its_kind(client: Opener) -> None:
    with pytest.raises(ServerError, match="server-error: query: status 415, Unsupported Media Type"):
        client().session.call(QUERY_V1, content=report(ASKED).encode(), kind="application/xml")


def test_more_queries_than_a_server_takes(standin: StandIn, client: Opener, clock: Clock) -> None:
    for _ in range(MOST_OPEN):
        standin.open({"where": WHERE, "start": 0, "end": 1, "select": ["COUNT(*)"], "group_by": []})
    with pytest.raises(ServerError, match="server-busy: query: status 429"):
        client().run(ASKED)
    assert clock.waits == [1, 2, 4, 8, 16]
    standin.queries.popitem()
    assert len(client().run(ASKED).rows) == 1


def test_a_query_that_is_never_done(standin: StandIn, client: Opener, clock: Clock) -> None:
    standin.polls = (0, 45)
    with pytest.raises(ServerError, match="query-slow: the query is not done after 60 seconds"):
        client(patience=60).run(ASKED)
    assert clock.now < 70


def test_pages_that_do_not_end(standin: StandIn, client: Opener) -> None:
    standin.page = 0
    with pytest.raises(ServerError, match="answer-unreadable: the page after row 0"):
        client().run(ASKED)


def test_a_slow_server_is_given_up(standin: StandIn, client: Opener) -> None:
    standin.fail(PLACES["v2"][0], *([FAULTS["silent"]] * 100))
    with pytest.raises(ServerError, match=r"server-slow: no answer within 0\.05 seconds"):
        client(timeout=0.05).run(ASKED)
    assert 100 - len(standin.faults[PLACES["v2"][0]]) == TRIES


def test_nobody_answers(client: Opener, clock: Clock) -> None:
    with pytest.raises(ServerError, match="server-unreachable"):
        client(url="http://127.0.0.1:9").run(ASKED)
    assert len(clock.waits) == TRIES - 1


def test_an_answer_that_drips_is_given_up(standin: StandIn) -> None:
    standin.fail(PLACES["v2"][1], FAULTS["drip"])
    waits: list[float] = []
    with Session(Server(standin.url, timeout=0.1), PASSWORDS, waits.append) as session:
        assert len(open_client(session).run(ASKED).rows) == 1
    assert waits == [1.0, 0.5]


def test_an_answer_that_is_too_large(client: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translator.pack.client.transport.MAX_BYTES", 10)
    with pytest.raises(ServerError, match="answer-too-large"):
        client().run(ASKED)


def test_a_certificate_must_be_trusted(clock: Clock) -> None:
    with standing_in(StandIn(Store(list(EVENTS))), tls=True) as standin:
        with pytest.raises(ServerError, match="server-tls"), _session(standin, clock) as session:
            open_client(session).run(ASKED)
        assert (standin.asked, clock.waits) == ([], [])
        for settings in ({"ca_file": AUTHORITY}, {"verify": False}):
            with _session(standin, clock, **settings) as session:
                assert len(open_client(session).run(ASKED).rows) == 1
    with pytest.raises(UsageError, match="ca-file"), _session(standin, clock, ca_file=Path("none.pem")):
        pass


def _session(standin: StandIn, clock: Clock, **settings: Any) -> Session:
    return Session(Server(standin.url, **settings), PASSWORDS, clock.pause, clock)


# --- Secrets ------------------------------------------------------------------------------------


def test_no_secret_is_shown(
    standin: StandIn, client: Opener, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    who: list[Credentials] = [PASSWORDS, Token(Secret(TOKEN)), ClientKey(CLIENT, Secret(CLIENT_SECRET))]
    shown: list[str] = []
    for credentials in who:
        shown += [repr(credentials), str(credentials)]
        asking = client(credentials)
        shown.append(repr(vars(asking.session)))
        asking.run(ASKED)
        for fault in ("defect", "forbidden", "a web page", "cut", "another shape", "elsewhere"):
            standin.fail(QUERY, *([FAULTS[fault]] * TRIES))
            with pytest.raises(ServerError) as caught:
                asking.run(ASKED)
            error = caught.value
            shown += [str(error), repr(error), repr(error.__cause__), str(caught.getrepr())]
            standin.faults.clear()
            standin.queries.clear()
    shown += [caplog.text, *capfd.readouterr()]
    assert len(caplog.text) > 10_000
    secrets = [*SECRETS, *(each for each in standin.tokens)]
    assert [secret for secret in secrets if any(secret in text for text in shown)] == []


def test_a_secret_is_not_written_down() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("x"))


def test_a_server_that_repeats_the_password_is_not_believed(standin: StandIn, client: Opener) -> None:
    wrong = Password(USER, Secret("guess-my-password"))
    with pytest.raises(ServerError) as caught:
        client(wrong).run(ASKED)
    assert "Wrong password *** (***)" in str(caught.value)


KEYRING = {"super/kept": "from the keyring"}.get
ENVIRONMENTS = {
    "a token": ({"FORTISIEM_TOKEN": "t", "FORTISIEM_USER": "a/b"}, "", "Bearer t"),
    "a password": ({"FORTISIEM_USER": "super/u", "FORTISIEM_PASSWORD": "p"}, "", "Basic c3VwZXIvdTpw"),
    "the keyring": ({"FORTISIEM_USER": "super/kept"}, "", "Basic c3VwZXIva2VwdDpmcm9tIHRoZSBrZXlyaW5n"),
    "a user named": ({"FORTISIEM_TOKEN": "t", "FORTISIEM_PASSWORD": "p"}, "super/u", "Basic c3VwZXIvdTpw"),
}


@pytest.mark.parametrize("where", ENVIRONMENTS)
def test_credentials_are_found(where: str) -> None:
    environment, user, header = ENVIRONMENTS[where]
    found = find_credentials(environment, user, KEYRING)
    assert not isinstance(found, ClientKey)
    assert found.header == header


def test_a_client_is_found() -> None:
    key = find_credentials({"FORTISIEM_CLIENT_ID": "c", "FORTISIEM_CLIENT_SECRET": "s"}, keyring=KEYRING)
    assert isinstance(key, ClientKey)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "neither FORTISIEM_TOKEN nor FORTISIEM_USER is set"),
        ({"FORTISIEM_USER": "super/u"}, "there is no password for 'super/u'"),
        ({"FORTISIEM_USER": "u", "FORTISIEM_PASSWORD": "p"}, "no user of an organisation"),
        ({"FORTISIEM_CLIENT_ID": "c"}, "FORTISIEM_CLIENT_SECRET is not"),
        ({"FORTISIEM_TOKEN": "a\nb"}, "FORTISIEM_TOKEN holds a line end"),
    ],
)
def test_credentials_are_missing(environment: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        find_credentials(environment, keyring=KEYRING)
    assert caught.value.hint


def test_the_keyring_of_the_system_is_asked_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"FORTISIEM_USER": "super/kept"}
    errors = types.SimpleNamespace(KeyringError=RuntimeError)
    kept = {("sigma-fortisiem", "super/kept"): "p"}
    keyring = types.SimpleNamespace(get_password=lambda service, user: kept[service, user])
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    found = find_credentials(environment)
    assert isinstance(found, Password)
    assert found.password.reveal() == "p"

    def locked(service: str, user: str) -> str:
        raise RuntimeError("the keyring is locked")

    keyring.get_password = locked
    with pytest.raises(UsageError, match="no password"):
        find_credentials(environment)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError, match="no password"):
        find_credentials(environment)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.delitem(sys.modules, "translator.pack.client.transport")
    with pytest.raises(UsageError, match=r"deploy-extra-missing.*sigma-fortisiem\[deploy\]"):
        open_session(Server("http://127.0.0.1:9"), PASSWORDS)


# --- Addresses and endpoints --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("siem.example", "https://siem.example"),
        ("https://siem.example:8443/", "https://siem.example:8443"),
        ("https://siem.example/phoenix/html/", "https://siem.example"),
        ("https://siem.example/phoenix/rest/dataRequest/rule", "https://siem.example"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_address_has_one_form(text: str, url: str) -> None:
    assert server_url(text, {}) == url
    assert server_url("", {"FORTISIEM_URL": text}) == url


@pytest.mark.parametrize(
    "text",
    [
        *("", "ftp://siem.example", "https://", "https://a:b@siem.example", "https://siem.example/other"),
        *("http://siem.example", "https://siem.example:port", "https://[::1"),
    ],
)
def test_an_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="server-url") as caught:
        server_url(text, {})
    assert "a:b" not in str(caught.value)


def test_http_on_request() -> None:
    assert server_url("http://siem.example", {}, plain=True) == "http://siem.example"


def test_what_is_not_listed_is_asked_on_request_alone(standin: StandIn, client: Opener) -> None:
    with pytest.raises(ServerError, match="endpoint-unlisted"):
        client().rules()
    assert standin.asked == []
    assert client(unlisted=True).rules() == standin.store.rules


def test_a_server_is_changed_on_request_alone(standin: StandIn, client: Opener) -> None:
    assert [row for row in ROWS if row.writes] == [NEW_TABLE, FILL_TABLE]
    assert [row for row in ROWS if not row.listed] == [RULES, EXCEPTIONS, ATTRIBUTES]
    for row in (NEW_TABLE, FILL_TABLE):
        with pytest.raises(AssertionError):
            client().session.call(row, fill={"table": 1})
    assert standin.asked == []
    assert issubclass(ServerError, TranslatorError)
