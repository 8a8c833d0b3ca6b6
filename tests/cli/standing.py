"""A stand-in server with events of some days, and the environment of somebody who may ask it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.standin.server import PASSWORD, USER, StandIn, standing_in
from tests.standin.store import Event, Store
from tests.unit.lint_rules import document, rule_text
from translator.pack.client.transport import Session

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = "2026-03-04T12:00:00Z"
DAY = 86_400


def _events() -> Iterator[Event]:
    """Each day more logons of more users, on two hosts."""
    for day in range(4):
        for number in range(10 * day):
            yield {
                "phRecvTime": int(MARCH.timestamp()) + day * DAY + 60 * number,
                "eventType": "Win-Security-4624",
                "user": "root" if number % 2 else f"user{number}",
                "hostName": f"host{number % 2}",
            }


RULE = document(rule_text(1, {"name": "Root Logon", "event_type": "PH_RULE_Root_Logon"}))
BURST = document(
    rule_text(1, {"name": "Burst", "event_type": "PH_RULE_Burst", "aggregate": "COUNT(*) >= 12"})
)


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A running server; who asks and which one is in the environment."""
    for name in ("FORTISIEM_TOKEN", "FORTISIEM_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORTISIEM_USER", USER)
    monkeypatch.setenv("FORTISIEM_PASSWORD", PASSWORD)
    monkeypatch.setattr(Session.__init__, "__defaults__", (lambda seconds: None, time.monotonic))
    with standing_in(StandIn(Store(list(_events())), polls=(100,))) as running:
        monkeypatch.setenv("FORTISIEM_URL", running.url)
        yield running
