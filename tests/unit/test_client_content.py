"""What is read of a server besides event queries, and the lookup tables that are brought to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.standin.faults import FAULTS, Fault
from tests.standin.server import PASSWORD, SECRETS, USER, StandIn, standing_in
from tests.standin.store import Store
from translator.pack.client import incidents as incident_module
from translator.pack.client.errors import ServerError
from translator.pack.client.incidents import Fired, fired
from translator.pack.client.listed import Listed, listed
from translator.pack.client.lookups import carry_out, plan
from translator.pack.client.secret import Password, Secret
from translator.pack.client.server import Server
from translator.pack.client.transport import TRIES, Session
from translator.pack.tables import LookupFile

TABLE = LookupFile("Allowed", ("user", "port"), ("STRING", "LONG"), 2, b'user,port\n"a,b",22\nbob,23\n')
ROWS = [{"user": "a,b", "port": "22"}, {"user": "bob", "port": "23"}]
Opened = Callable[..., Session]


def _incident(number: int, name: str, resolution: int = 0, at: int = 1_500) -> dict[str, Any]:
    return {
        "incidentId": number,
        "eventType": name,
        "incidentReso": resolution,
        "incidentLastSeen": at * 1000,
    }


@pytest.fixture
def standin() -> Iterator[StandIn]:
    store = Store(
        listed=[(1, "Rule A", "true", "PH_RULE_A"), (2, "Rule B", 0, "x"), (3, "Rule C", None, "y")],
        incidents=[
            _incident(1, "PH_RULE_A"),
            _incident(2, "PH_RULE_A", 3),
            _incident(3, "PH_RULE_B"),
            _incident(4, "PH_RULE_A", at=99_000),
        ],
    )
    with standing_in(StandIn(store, page=2)) as running:
        yield running


@pytest.fixture
def session(standin: StandIn) -> Iterator[Opened]:
    opened: list[Session] = []

    def call(**settings: Any) -> Session:
        server = Server(**{"url": standin.url, "timeout": 0.4, **settings})
        opened.append(Session(server, Password(USER, Secret(PASSWORD)), lambda seconds: None))
        return opened[-1]

    yield call
    for each in opened:
        each.__exit__(None, None, None)


# --- Reading ------------------------------------------------------------------------------------


def test_incidents_are_counted_over_all_pages(standin: StandIn, session: Opened) -> None:
    assert fired(session(), 1_000, 2_000) == {"PH_RULE_A": Fired(2, 1), "PH_RULE_B": Fired(1, 0)}
    assert [each.split("/")[-1] for each in standin.asked] == ["incident", "2"]


def test_an_incident_on_two_pages_counts_once(standin: StandIn, session: Opened) -> None:
    standin.store.incidents.append(_incident(1, "PH_RULE_A"))
    assert fired(session(), 1_000, 2_000)["PH_RULE_A"] == Fired(2, 1)


def test_more_incidents_than_are_read(session: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_module, "MOST_PAGES", 1)
    with pytest.raises(ServerError, match="incidents-too-many"):
        fired(session(), 1_000, 2_000)


def test_rules_are_listed_over_all_parts(standin: StandIn, session: Opened) -> None:
    wanted = [Listed("Rule A", True), Listed("Rule B", False), Listed("Rule C", None)]
    assert listed(session()) == wanted
    assert len(standin.asked) == 2
    standin.store.columns = ("id", "Rule_Name", "colour", "eventType")
    assert {each.active for each in listed(session())} == {None}
    standin.store.columns = ("id", "what", "colour", "eventType")
    with pytest.raises(ServerError, match="columns-unknown"):
        listed(session())


READERS: dict[str, Callable[[Session], object]] = {
    "/pub/incident": lambda session: fired(session, 1_000, 2_000),
    "/query/cmdb": listed,
    "/lookupTable": lambda session: plan(session, [TABLE], append=False),
}


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize("fault", ["busy", "unavailable", "cut", "busy as older servers say it"])
def test_what_passes_is_waited_out(fault: str, path: str, standin: StandIn, session: Opened) -> None:
    wanted = READERS[path](session())
    standin.fail(path, *[FAULTS[fault]] * 2)
    assert READERS[path](session()) == wanted
    assert not standin.faults[path]


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize(
    "fault", ["a web page", "nothing", "half of an answer", "another shape", "a bomb", "forbidden", "defect"]
)
def test_what_does_not_pass_is_one_error(fault: str, path: str, standin: StandIn, session: Opened) -> None:
    standin.fail(path, *[FAULTS[fault]] * TRIES)
    with pytest.raises(ServerError) as caught:
        READERS[path](session())
    assert len(standin.asked) == 1
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_an_error_in_a_good_answer(standin: StandIn, session: Opened) -> None:
    said = b'{"errorCode": 255, "errorMessage": "no right for ' + PASSWORD.encode() + b'"}'
    standin.fail("/query/cmdb", Fault(200, said))
    with pytest.raises(ServerError, match=r"query-refused: error 255: no right for \*\*\*"):
        listed(session())


# --- Lookup tables ------------------------------------------------------------------------------


def test_a_table_is_made_and_filled_and_filled_again(standin: StandIn, session: Opened) -> None:
    asking = session(writes=True)
    (first,) = plan(asking, [TABLE], append=False)
    assert first.work == "create"
    assert carry_out(asking, first, "Super") == "2 rows are imported successful."
    (table,) = standin.store.tables.values()
    assert table.rows == ROWS
    assert table.definition["columnList"] == [
        {"key": True, "name": "user", "type": "STRING"},
        {"key": True, "name": "port", "type": "LONG"},
    ]
    for append, rows in ((False, ROWS), (True, [*ROWS, *ROWS])):
        (again,) = plan(asking, [TABLE], append)
        assert again.work == ("append" if append else "replace")
        carry_out(asking, again, "Super")
        assert table.rows == rows
    assert len(standin.store.tables) == 1


def test_a_table_of_somebody_else_is_left_alone(standin: StandIn, session: Opened) -> None:
    standin.store.add_table({"name": "Allowed", "columnList": [{"name": "host", "type": "STRING"}]})
    with pytest.raises(ServerError, match="table-differs"):
        plan(session(writes=True), [TABLE], append=False)


def test_many_tables_come_in_parts(standin: StandIn, session: Opened) -> None:
    for number in range(1_001):
        standin.store.add_table({"name": f"T{number}", "columnList": []})
    standin.store.add_table({"name": "Allowed", "columnList": [{"name": "user"}, {"name": "port"}]})
    (only,) = plan(session(), [TABLE], append=False)
    assert (only.work, only.number) == ("replace", 501_001)


@pytest.mark.parametrize("place", ["/lookupTable", "/import"])
@pytest.mark.parametrize("fault", ["cut", "bad gateway", "silent"])
def test_what_may_have_been_done_is_not_done_twice(
    fault: str, place: str, standin: StandIn, session: Opened
) -> None:
    asking = session(writes=True)
    (made,) = plan(asking, [TABLE], append=False)
    if place == "/import":
        carry_out(asking, made, "Super")
        (made,) = plan(asking, [TABLE], append=True)
    standin.fail(place, FAULTS[fault])
    before = len(standin.asked)
    with pytest.raises(ServerError, match=r"server-(cut|busy|slow)"):
        carry_out(asking, made, "Super")
    assert len(standin.asked) == before + 1


def test_what_was_not_taken_is_asked_again(standin: StandIn, session: Opened) -> None:
    asking = session(writes=True)
    (made,) = plan(asking, [TABLE], append=False)
    standin.fail("/lookupTable", FAULTS["busy"], FAULTS["unavailable"])
    carry_out(asking, made, "Super")
    assert len(standin.store.tables) == 1


def test_an_import_that_fails_and_one_that_takes_too_long(standin: StandIn, session: Opened) -> None:
    asking = session(writes=True)
    (made,) = plan(asking, [TABLE], append=False)
    standin.store.import_result = "import failed at row 2"
    with pytest.raises(ServerError, match="import-failed: import failed at row 2"):
        carry_out(asking, made, "Super")
    standin.polls = (45,)
    slow = session(writes=True, patience=0)
    (again,) = plan(slow, [TABLE], append=False)
    with pytest.raises(ServerError, match="import-slow"):
        carry_out(slow, again, "Super")
