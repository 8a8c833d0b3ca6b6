"""Parsers do what their constructs mean, and name what they cannot do."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import InputError
from translator.normalise.interpreter import Parsed, Parser, Unknown, choose_parser, load_parsers
from translator.normalise.interpreter.elements import COLLECTS
from translator.normalise.interpreter.functions import FUNCTIONS
from translator.normalise.interpreter.tables import rows

FOLDER = Path(__file__).parent.parent / "cases" / "interpreter"
VALUES = {
    "user": "ann",
    "srcIpAddr": "192.0.2.1",
    "destIpAddr": "8.8.8.8",
    "httpStatusCode": "404",
    "_empty": "",
}


def load(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return cases


COLLECT = [*load("collect.yaml"), *load("flow.yaml")]
TESTS, CALLS, NAMED, DOCUMENTS = map(load, ("tests.yaml", "functions.yaml", "named.yaml", "documents.yaml"))


def parser_of(instructions: str, patterns: str = "", recogniser: str = "") -> Parser:
    """A parser of these parts; the instructions begin on line 3."""
    text = (
        f"<patternDefinitions>{' '.join(patterns.split(chr(10)))}</patternDefinitions>"
        f"<eventFormatRecognizer>{escape(recogniser, quote=False)}</eventFormatRecognizer>\n"
        f"<parsingInstructions>\n{instructions}</parsingInstructions>"
    )
    (parser,) = load_parsers(text.encode(), "own.xml")
    return parser


def run(parser: Parser, message: str, receive_time: int | None = None) -> Parsed:
    parsed = parser.run(message, receive_time)
    assert parsed
    assert parsed.attributes.pop("rawEventMsg", "") == message
    return parsed


@pytest.mark.parametrize("case", COLLECT, ids=lambda case: case["name"])
def test_instructions(case: dict[str, Any]) -> None:
    parser = parser_of(case["instructions"], case.get("patterns", ""), case.get("recogniser", ""))
    assert [unknown.construct for unknown in parser.unknown] == case.get("unknown", [])
    if case["gives"] is None:
        assert parser.run(case["message"]) is None
        assert parser.parse(case["message"]) is None
        return
    parsed = run(parser, case["message"], case.get("receive_time"))
    assert parsed.attributes == case["gives"]
    assert [[remark.why, remark.what] for remark in parsed.remarks] == case.get("remarks", [])


@pytest.mark.parametrize("case", TESTS, ids=lambda case: case["test"])
def test_conditions(case: dict[str, Any]) -> None:
    given = "".join(set_(name, value) for name, value in VALUES.items())
    then = set_("status", "held")
    parser = parser_of(f'{given}<when test="{escape(case["test"])}">{then}</when>')
    assert parser.unknown == ()
    assert parser.constructs[f"test {case['kind']}"] == 1
    assert ("status" in run(parser, "ann").attributes) is case["holds"]


@pytest.mark.parametrize("case", CALLS, ids=lambda case: case["call"])
def test_functions(case: dict[str, Any]) -> None:
    given = "".join(set_(name, value) for name, value in case.get("values", {}).items())
    parser = parser_of(f"{given}{set_('result', 'before')}{set_('result', case['call'])}")
    assert parser.unknown == ()
    parsed = run(parser, "x", case.get("receive_time"))
    expected = "before" if case["gives"] is None else case["gives"]
    assert parsed.attributes["result"] == expected
    assert [remark.why for remark in parsed.remarks] == ([case["remark"]] if "remark" in case else [])


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case["xml"])
def test_what_is_not_executed_is_named(case: dict[str, Any]) -> None:
    parser = parser_of(case["xml"], case.get("patterns", ""))
    unknown, unavailable = case.get("unknown"), case.get("unavailable")
    line = 1 if case.get("quiet") else 3
    assert parser.unknown == ((Unknown(unknown, line),) if unknown is not None else ())
    parsed = run(parser, "x")
    expected = [("unknown", unknown, 3)] if unknown is not None and not case.get("quiet") else []
    expected += [("unavailable", unavailable, 3)] if unavailable else []
    assert [(remark.why, remark.what, remark.line) for remark in parsed.remarks] == expected
    assert parsed.attributes == case.get("gives", {})


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: case["name"])
def test_documents(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(InputError) as caught:
            load_parsers(case["text"].encode(), case["file"])
        assert str(caught.value).startswith(case["error"])
        return
    parsers = load_parsers(case["text"].encode(), case["file"])
    assert [parser.name for parser in parsers] == case["parsers"]
    unknown = [Unknown(*case["unknown"])] if "unknown" in case else []
    assert [each for parser in parsers for each in parser.unknown] == unknown


def test_the_first_parser_that_recognises_a_message_is_chosen() -> None:
    doors, lamps = parser_of("", recogniser="door"), parser_of("", recogniser="lamp")
    assert choose_parser((doors, lamps), "lamp on") is lamps
    assert choose_parser((doors, lamps), "lamp at the door") is doors
    assert choose_parser((doors, lamps), "window") is None


def test_a_parser_that_names_no_format_takes_any_message() -> None:
    (parser,) = load_parsers(b"<parsingInstructions/>", "any.xml")
    assert parser.unknown == ()
    assert parser.parse("window") == {"rawEventMsg": "window"}


def test_a_parser_whose_format_is_not_known_recognises_nothing() -> None:
    parser = parser_of("", recogniser="(?!door)")
    assert not parser.recognises("window")
    assert parser.parse("window") is None


def test_each_construct_has_a_row_and_a_case() -> None:
    met: set[str] = set()
    for case in COLLECT:
        met |= parser_of(case["instructions"], case.get("patterns", "")).constructs.keys()
    met |= {construct for case in NAMED for construct in parser_of(case["xml"]).constructs}
    met |= {f"test {case['kind']}" for case in TESTS}
    met |= {f"{case['call'].partition('(')[0].strip()}()" for case in CALLS}
    for case in DOCUMENTS:
        if "parsers" in case:
            for parser in load_parsers(case["text"].encode(), case["file"]):
                met |= parser.constructs.keys()
    known = {row["construct"] for row in rows("constructs.yaml")}
    assert known - met == set()
    assert met - known == {"frobnicate", "postProcessing"}


def test_rows_say_what_the_code_does() -> None:
    does = {row["construct"]: row["does"] for row in rows("constructs.yaml")}
    assert len(does) == len(rows("constructs.yaml"))
    executed = {*COLLECTS, *(f"{name}()" for name in FUNCTIONS)}
    assert {construct for construct in executed if does[construct] != "executed"} == set()
    assert {row["status"] for row in rows("constructs.yaml")} == {"documented", "observed", "assumed"}


def test_general_patterns_compile() -> None:
    for name in (row["name"] for row in rows("general_patterns.yaml")):
        regex = f"<regex>&lt;x:{name}&gt;</regex>"
        parser = parser_of(f'<collectFieldsByRegex src="$_rawmsg">{regex}</collectFieldsByRegex>')
        assert parser.unknown == ()


def set_(name: str, value: str) -> str:
    text = escape(value, quote=False).replace("\r", "&#13;")
    return f'<setEventAttribute attr="{name}">{text}</setEventAttribute>'
