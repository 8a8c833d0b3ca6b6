"""Every event that SigmaHQ ships for its rules is read, and alike from EVTX and from JSON."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from translator.errors import InputError
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


def test_evtx_that_is_cut_off_or_bent_gives_events_and_faults(shared_root: Path, tmp_path: Path) -> None:
    pytest.importorskip("evtx", reason="the library evtx is not installed")
    chance = random.Random(5)
    paths = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    told = 0
    for source in chance.sample(paths, 12):
        for bend in range(8):
            data = bytearray(source.read_bytes())
            if bend % 2:
                del data[chance.randrange(len(data)) :]
            else:
                for _ in range(chance.choice([1, 20, 400])):
                    data[chance.randrange(8, len(data))] = chance.randrange(256)
            path = tmp_path / "log.evtx"
            path.write_bytes(data)
            faults: list[InputError] = []
            try:
                told += sum(1 for _ in read_events(path, faults.append))
            except InputError as error:
                faults.append(error)
            told += len(faults)
            assert {fault.code for fault in faults} <= {"event-evtx", "no-events", "events-unknown"}
    assert told
