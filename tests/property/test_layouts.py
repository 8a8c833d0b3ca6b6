"""Lines decoded by layouts are what they are in the usual way, or are left to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

from translator.engine.compile import EVENT_TYPE
from translator.harness.backtest import layouts
from translator.harness.backtest.decode import Times, flat_events
from translator.harness.backtest.layouts import Layouts

NAMES = st.sampled_from(["user", "procName", "phRecvTime", "a0", "class", 'quo"te', "Event", "ü", "tab\t"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé\0"\\\n', max_size=4)
    | st.lists(st.integers(0, 1), max_size=1)
)
TYPES = st.sampled_from(["Win-Security-4688", "WIN-SECURITY-4688", "Linux", "", 'x"y', "n\n"])
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=5) | st.lists(
    st.tuples(st.sampled_from(["user", "procName"]), st.text("ab", max_size=2)), max_size=2
)
EVENTS = st.tuples(
    st.just((EVENT_TYPE,)) | st.just(()),
    TYPES,
    st.sampled_from([1_750_000_000, "1750000000", 7, None]),
    PAIRS,
)


def line(event: tuple[tuple[str, ...], str, Any, list[tuple[str, Any]]]) -> bytes:
    """The event as JSON, in which a name may come twice."""
    typed, event_type, received, pairs = event
    given_pairs = [*pairs[:2], *((name, event_type) for name in typed), ("phRecvTime", received), *pairs[2:]]
    text = ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in given_pairs)
    return f"{{{text}}}\n".encode()


@settings(max_examples=200)
@given(st.lists(st.lists(EVENTS, min_size=1, max_size=4), min_size=2, max_size=6), st.sampled_from([2, 150]))
def test_what_fits_a_layout_is_the_same(pieces: list[list[Any]], most: int) -> None:
    kept, times = Layouts(), Times()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layouts, "MOST_NAMES", most)
        for piece in [*pieces, *pieces]:
            text = b"".join(map(line, piece))
            usual, laid = flat_events(text, len(piece)), kept.columns(text, len(piece))
            if usual is None:
                assert laid is None
                continue
            events, by_shape = usual
            if laid is None:
                kept.learn(events, by_shape)
                continue
            received, parts = laid
            found: dict[int, dict[str, Any]] = {}
            for part in parts:
                for row, place in enumerate(part.places):
                    values = {name: column[row] for name, column in part.columns.items()}
                    found[place] = {name: value for name, value in values.items() if value is not None}
                    assert values[EVENT_TYPE] == part.event_type
            for place, event in enumerate(events):
                present = {name: value for name, value in event.items() if value is not None}
                assert json.dumps(found[place], sort_keys=True) == json.dumps(present, sort_keys=True)
            told = times.of_received(received)
            assert told is None or list(told) == times.of_all(events)


def test_events_of_a_type_fit_once_their_attributes_are_known() -> None:
    kept = Layouts()
    known = b'{"eventType":"T","phRecvTime":1750000000,"user":"a"}\n'
    other = b'{"phRecvTime":1750000001,"host":"b","eventType":"T"}\n'
    for text in (known, other):
        assert kept.columns(text, 1) is None
        found = flat_events(text, 1)
        assert found is not None
        kept.learn(*found)
        kept.columns(text, 1)  # after one that did not fit the next is not tried
        assert kept.columns(text, 1) is not None
    both = kept.columns(known + other, 2)
    assert both is not None
    received, (part,) = both
    assert received == [1_750_000_000, 1_750_000_001]
    assert part.columns["user"] == ("a", None)
    assert part.columns["host"] == (None, "b")


def test_what_never_fits_is_tried_less_and_less() -> None:
    kept = Layouts()
    usual = b'{"eventType":"T","phRecvTime":1750000000,"user":"a"}\n'
    found = flat_events(usual, 1)
    assert found is not None
    kept.learn(*found)
    for _ in range(70):
        assert kept.columns(b'{"eventType":"T","phRecvTime":[]}\n', 1) is None
    fits = [kept.columns(usual, 1) is not None for _ in range(100)]
    assert not any(fits[:30])
    assert all(fits[-30:])
