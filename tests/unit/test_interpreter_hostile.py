"""Parsers and messages that mean harm end in an error, a named construct or a remark; and soon."""

from __future__ import annotations

import pytest

from tests.unit.test_interpreter import parser_of, run, set_
from translator import hardened_xml
from translator.errors import InputError
from translator.normalise.interpreter import load_parsers
from translator.normalise.interpreter.scope import MAX_TEXT

FILE = b"<eventFormatRecognizer>x</eventFormatRecognizer>\n<parsingInstructions>%s</parsingInstructions>"
REGEX = '<collectFieldsByRegex src="$_rawmsg"><regex>&lt;user:%s&gt;</regex></collectFieldsByRegex>'


def doubling(levels: int) -> str:
    """Patterns of which each refers twice to the one before."""
    first = '<pattern name="p0">ha</pattern>'
    others = (
        f'<pattern name="p{level}">&lt;:p{level - 1}&gt;&lt;:p{level - 1}&gt;</pattern>'
        for level in range(1, levels)
    )
    return first + "".join(others)


def test_patterns_that_grow_are_refused() -> None:
    (unknown,) = parser_of(REGEX % "p29", doubling(30)).unknown
    assert unknown.construct == "the regex is too long with its patterns written out"


def test_patterns_in_a_circle_are_refused() -> None:
    circle = "".join(
        f'<pattern name="p{at}">a&lt;:p{(at + 1) % 50}&gt;</pattern><!-- round -->' for at in range(50)
    )
    (unknown,) = parser_of(REGEX % "p7", circle).unknown
    assert unknown.construct == "pattern p7 refers to itself"


def test_a_regex_that_needs_too_much_memory_is_refused() -> None:
    (unknown,) = parser_of(REGEX % "patBig", '<pattern name="patBig">((a{100}){100}){100}</pattern>').unknown
    assert unknown.construct.startswith("regex: ")


@pytest.mark.parametrize("depth", [100, 300, 5000])
def test_deep_nesting(depth: int) -> None:
    inside = b'<when test="exist _rawmsg">' * depth + b"</when>" * depth
    if depth < 250:
        (parser,) = load_parsers(FILE % inside, "deep.xml")
        assert parser.parse("x") == {"rawEventMsg": "x"}
    else:
        with pytest.raises(InputError, match=r"deep\.xml:2: parser-xml: .*depth"):
            load_parsers(FILE % inside, "deep.xml")


def test_a_file_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardened_xml, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="the file has 2000 bytes"):
        load_parsers(b" " * 2000, "big.xml")


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        ("<a/>".encode("utf-16"), "UTF-16"),
        (b"\n<a>\xff</a>", r":2: parser-xml: the text is not utf-8"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "the encoding 'utf-7' is not read"),
        (b'<?xml version="1.0" encoding="ascii"?><a>\xc3\xa9</a>', "the text is not ascii"),
        (bytes(range(1, 256)), "parser-xml"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        load_parsers(data, "bytes.xml")


def test_encodings_that_are_read() -> None:
    latin = b'<?xml version="1.0" encoding="iso-8859-1"?>' + FILE % set_("user", "zoë").encode("latin-1")
    (parser,) = load_parsers(latin, "latin.xml")
    assert run(parser, "x").attributes == {"user": "zoë"}
    (parser,) = load_parsers(b"\xef\xbb\xbf" + FILE % set_("user", "zoë").encode(), "bom.xml")
    assert run(parser, "x").attributes == {"user": "zoë"}


def test_regexes_take_linear_time() -> None:
    parser = parser_of(REGEX % "patSlow", '<pattern name="patSlow">^(?:(?:a+)+)+$</pattern>')
    assert run(parser, "a" * 100_000 + "!").attributes == {}


def test_a_message_of_a_megabyte() -> None:
    parser = parser_of(REGEX % "gPatWord")
    with pytest.raises(InputError, match="message-too-long: the message has 1000000 characters"):
        parser.parse("a" * 1_000_000)
    assert run(parser, "a" * MAX_TEXT).attributes == {"user": "a" * MAX_TEXT}


def test_values_that_grow_are_dropped() -> None:
    double = set_("_text", "combineMsgId($_text, $_text)")
    parser = parser_of(set_("_text", "$_rawmsg") + double * 40 + set_("user", "$_text"))
    parsed = run(parser, "ha")
    assert parsed.attributes == {}
    assert [remark.why for remark in parsed.remarks] == ["too-long"]


def test_replacements_that_grow_are_dropped() -> None:
    grow = 'replaceStrInStr($_rawmsg, "a", "%s")' % ("b" * 1000)
    assert run(parser_of(set_("user", grow)), "a" * MAX_TEXT).attributes == {}


REPEATED = {
    "collectAndSetAttrByKeyValuePair": ('sep=","', '<attrKeyMap attr="user" key="k="/>', 'k="'),
    "collectAndSetAttrByKeyValuePairMultiValue": ('sep=","', '<attrKeyMap attr="user" key="k="/>', "k="),
    "collectFieldsByKeyValuePair": ('sep=","', '<attrKeyMap attr="user" key="k"/>', "k=,"),
    "collectAndSetAttrBySymbol": ('sep="," symStart="[" symEnd="]="', "", "[a]=,"),
    "collectAndSetAttrByPos": ('sep=","', '<attrPosMap attr="user" pos="3"/>', ","),
    "collectAndSetAttrByPosWithQuotes": ('sep="," quo="\'"', '<attrPosMap attr="user" pos="3"/>', ",'"),
    "collectAndSetAttrByPosWithNestedSep": (
        'L1Sep="," L2Sep="[]"',
        '<attrPosMap attr="user" pos="3"/>',
        ",[",
    ),
    "collectAndSetAttrByJSON": ("", '<attrKeyMap attr="user" key="a"/>', '{"a":'),
    "collectAndSetAttrByJsonSymbol": ("", "", "["),
    "collectFieldsByXPath": ("", '<attrKeyMap attr="user" key="/a"/>', "<a>"),
}


@pytest.mark.parametrize("name", REPEATED)
def test_messages_that_repeat_themselves(name: str) -> None:
    attributes, content, part = REPEATED[name]
    parser = parser_of(f'<{name} src="$_rawmsg" {attributes}>{content}</{name}>')
    assert parser.unknown == ()
    message = (part * (MAX_TEXT // len(part)))[:MAX_TEXT]
    assert set(run(parser, message).attributes) <= {"user"}


@pytest.mark.parametrize(
    "message",
    [
        '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>&lt;</a",
        "<a>&ha;</a>",
    ],
)
def test_xml_in_messages(message: str) -> None:
    parser = parser_of(
        '<collectFieldsByXPath src="$_rawmsg"><attrKeyMap attr="user" key="/a"/></collectFieldsByXPath>'
    )
    parsed = run(parser, message)
    assert parsed.attributes == {}
    assert [remark.why for remark in parsed.remarks] == ["unmatched"]


def test_halves_of_characters() -> None:
    parser = parser_of(REGEX % "gPatMesgBody")
    assert parser.parse("a\ud800b") == {"user": "a?b", "rawEventMsg": "a?b"}
    assert parser.recognises("\udfff")
    json = parser_of('<collectAndSetAttrByJsonSymbol src="$_rawmsg"/>')
    assert run(json, r'{"user": "a\ud800b"}').attributes == {}


@pytest.mark.parametrize("time", [-(10**18), 10**18, 0, -1])
def test_receive_times_beyond_the_calendar(time: int) -> None:
    call = "toDateTime($_mon, $_day, $_time)"
    parser = parser_of(set_("_mon", "1") + set_("_day", "2") + set_("_time", "3:04:05") + set_("x", call))
    parsed = parser.run("x", time)
    assert parsed is not None
    assert ("x" in parsed.attributes) is (abs(time) <= 1)
