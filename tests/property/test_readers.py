"""Readers on what is cut, bent and joined: events and named faults, never anything else."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from translator.errors import InputError
from translator.sources.events import read_events

CASES = Path(__file__).parent.parent / "cases" / "events"
SEEDS = [
    case["text"].encode()
    for file in sorted(CASES.glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    if "text" in case
]


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events", data)
        archive.writestr("more", data)
    return file.getvalue()


def read(path: Path, data: bytes) -> tuple[int, int, InputError | None]:
    """How many events and bad records a file gives, and the error that ends it."""
    path.write_bytes(data)
    bad: list[InputError] = []
    events = 0
    try:
        for event in read_events(path, bad.append):
            assert isinstance(event.content, dict)
            assert str(path) in event.location.path
            events += 1
    except InputError as error:
        return events, len(bad), error
    assert all(str(path) in str(error) and "\n" not in str(error) for error in bad)
    return events, len(bad), None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readers") / "events"


@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 20), st.binary(max_size=6)), max_size=4),
)
@settings(max_examples=150)
def test_bent_text(path: Path, seed: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    data = seed
    for start, length, replacement in cuts:
        data = data[:start] + replacement + data[start + length :]
    events, bad, error = read(path, data)
    assert events or bad or error


@given(
    seed=st.sampled_from(SEEDS),
    packing=st.sampled_from([gzip.compress, zipped]),
    cut=st.integers(0, 600),
    place=st.integers(0, 600),
    byte=st.integers(0, 255),
)
@settings(max_examples=150)
def test_bent_archives(path: Path, seed: bytes, packing: object, cut: int, place: int, byte: int) -> None:
    assert callable(packing)
    data = bytearray(packing(seed))
    if place < len(data):
        data[place] = byte
    events, bad, error = read(path, bytes(data[: max(len(data) - cut, 4)]))
    assert events or bad or error


@given(
    head=st.sampled_from(
        [b"ElfFile\0", b"\x1f\x8b", b"PK\x03\x04", b"(\xb5/\xfd", b"<Event", b"[{", b"<13>"]
    ),
    data=st.binary(max_size=300),
)
@settings(max_examples=200)
def test_beginnings_that_promise_much(path: Path, head: bytes, data: bytes) -> None:
    events, bad, error = read(path, head + data)
    assert events or bad or error
