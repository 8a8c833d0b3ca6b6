"""All 41 published parsers load, nothing in them is passed over, and they parse their own sample messages."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
from lxml import etree

from tests.conftest import ROOT
from tests.readme import keep, table
from translator.normalise.interpreter import Parsed, Parser, agent_message, choose_parser, load_parsers
from translator.normalise.interpreter.scope import MAX_TEXT
from translator.normalise.interpreter.tables import rows, unavailable
from translator.sources.events import read_events

pytestmark = pytest.mark.corpus

PAGE = ROOT / "docs" / "parsers.md"
PARSERS = 41
RECEIVED = 1_700_000_000
WITHOUT_EVENT_TYPE = {"JEEAppServerParser.xml": 1}
"""Samples that their own parser does not take: their end is not on the line."""

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_CALL = re.compile(r"\s*([A-Za-z]\w*)\s*\(")


@dataclass(frozen=True)
class Published:
    """A parser, its text, and the lines of its comments that may be sample messages."""

    parser: Parser
    data: bytes

    @property
    def elements(self) -> Iterator[etree._Element]:
        root = etree.fromstring(b"<all>" + self.data + b"</all>")
        return (element for element in root.iterdescendants() if isinstance(element.tag, str))

    @property
    def samples(self) -> list[str]:
        lines = (
            line.strip() for comment in _COMMENT.findall(self.data.decode()) for line in comment.split("\n")
        )
        return [line for line in lines if len(line) > 40]

    def parsed(self) -> list[Parsed]:
        found = (self.parser.run(sample, RECEIVED) for sample in self.samples)
        return [each for each in found if each]


@pytest.fixture(scope="module")
def published(shared_root: Path) -> list[Published]:
    paths = sorted((shared_root / "reference" / "parsers").glob("*.xml"))
    found = []
    for path in paths:
        data = path.read_bytes()
        (parser,) = load_parsers(data, path.name)
        found.append(Published(parser, data))
    return found


def test_all_load_and_nothing_is_unknown(published: list[Published]) -> None:
    assert len(published) == PARSERS
    assert [(each.parser.name, each.parser.unknown) for each in published if each.parser.unknown] == []


def test_nothing_is_passed_over(published: list[Published]) -> None:
    for each in published:
        elements = Counter(str(element.tag) for element in each.elements)
        counted = {name: each.parser.constructs[name] for name in elements}
        assert counted == dict(elements), each.parser.name
        inside = sum(
            1
            for element in each.elements
            if "test" in element.attrib
            and not any(above.tag in unavailable() for above in element.iterancestors())
        )
        assert (
            sum(count for name, count in each.parser.constructs.items() if name.startswith("test ")) == inside
        )
        calls = Counter(
            f"{found[1]}()"
            for element in each.elements
            if element.tag == "setEventAttribute" and (found := _CALL.match(element.text or ""))
        )
        assert {name: each.parser.constructs[name] for name in calls} == dict(calls), each.parser.name


def test_each_construct_has_a_row(published: list[Published]) -> None:
    known = {row["construct"] for row in rows("constructs.yaml")}
    used = {name for each in published for name in each.parser.constructs}
    assert used - known == set()


def test_samples_get_an_event_type(published: list[Published]) -> None:
    missing = {
        each.parser.name: sum("eventType" not in parsed.attributes for parsed in each.parsed())
        for each in published
    }
    assert {name: count for name, count in missing.items() if count} == WITHOUT_EVENT_TYPE


def test_the_page_is_current(published: list[Published], request: pytest.FixtureRequest) -> None:
    does = {row["construct"]: row["does"] for row in rows("constructs.yaml")}
    lines = []
    for each in published:
        used = sorted(each.parser.constructs.items())
        parsed = each.parsed()
        typed = sum("eventType" in one.attributes for one in parsed)
        lines.append(
            (
                each.parser.name.removesuffix(".xml"),
                ", ".join(f"{name} {count}" for name, count in used if does[name] == "executed"),
                ", ".join(f"{name} {count}" for name, count in used if does[name] == "unavailable"),
                f"{len(each.samples)} / {len(parsed)} / {typed}",
            )
        )
    head = ("parser", "executed", "unavailable", "samples")
    keep("parsers", table(head, lines), request, PAGE)


def test_the_right_parser_is_chosen(published: list[Published], shared_root: Path) -> None:
    parsers = [each.parser for each in published]
    path = next((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    for event in read_events(path):
        chosen = choose_parser(parsers, agent_message(event.content))
        assert chosen
        assert chosen.name == "WinOSXMLParser.xml"


def test_broken_messages_are_parsed_too(published: list[Published]) -> None:
    dice = random.Random(7)
    for each in published:
        for sample in each.samples[:20]:
            cut = dice.randrange(len(sample))
            mixed = "".join(dice.sample(sample, len(sample)))
            for message in (
                sample[:cut],
                sample[cut:],
                mixed,
                sample + "\n" + sample,
                sample.replace(" ", "\0"),
            ):
                parsed = each.parser.run(message)
                assert parsed is None or parsed.attributes.get("rawEventMsg", "") == message


def test_long_messages_end(published: list[Published]) -> None:
    for each in published:
        for sample in [one for one in each.samples if each.parser.recognises(one)][:1]:
            assert each.parser.run(sample + "a" * (MAX_TEXT - len(sample))) is not None


def test_windows_messages_per_second(published: list[Published], shared_root: Path) -> None:
    (parser,) = (each.parser for each in published if each.parser.name == "WinOSXMLParser.xml")
    paths = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    messages = [agent_message(event.content) for path in paths for event in read_events(path)]
    start = perf_counter()
    parsed = [parser.parse(message) for message in messages]
    print(f"{len(messages) / (perf_counter() - start):.0f} Windows messages a second on one core")
    assert all(each and each["eventType"] for each in parsed)
