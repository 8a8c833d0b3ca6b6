"""Every event that SigmaHQ ships for its rules is read, and alike from EVTX and from JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator.sources.events import read_events

pytestmark = pytest.mark.corpus


def trimmed(value: object) -> object:
    """Without what the published JSON has lost: spaces at the end, digits of times, letter case once."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items() if key != "SystemTime"}
    return value.rstrip().casefold() if isinstance(value, str) else value


def test_evtx_and_json_hold_the_same_events(shared_root: Path) -> None:
    pytest.importorskip("evtx", reason="the library evtx is not installed")
    paths = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    count = 0
    for path in paths:
        from_evtx = [trimmed(event.content) for event in read_events(path)]
        from_json = [trimmed(event.content) for event in read_events(path.with_suffix(".json"))]
        assert from_evtx == from_json, path
        count += len(from_evtx)
    assert (len(paths), count) == (202, 238)
