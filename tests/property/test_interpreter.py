"""What holds of any parser and any message."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_interpreter import parser_of, run, set_
from translator.errors import InputError
from translator.normalise.interpreter import load_parsers
from translator.normalise.interpreter.elements import COLLECTS
from translator.normalise.interpreter.functions import FUNCTIONS
from translator.normalise.interpreter.patterns import compiled
from translator.normalise.interpreter.regex import Untranslatable, removal, searchable

NAMES = st.sampled_from(
    ["user", "domain", "srcIpAddr", "destIpPort", "deviceTime", "_a", "_b", "_rawmsg", ""]
)
TEXTS = st.text(alphabet="ab1:=,[]\"'<>{}\\$ \n.é", max_size=12)
MESSAGES = st.text(alphabet="ab1:=,[]\"'<>{}/\\ \t\n.é", max_size=60)
WORDS = st.text(alphabet="abcdeé", min_size=1, max_size=6)


def tag(name: str, content: str = "", **attributes: str) -> str:
    given_ = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{given_}>{content}</{name}>"


@st.composite
def calls(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from([*FUNCTIONS, "resolveDNSName", "unheardOf"]))
    argument = st.one_of(
        NAMES.map(lambda name: f"${name}"), TEXTS.map(lambda text: f'"{text}"'), st.just("7")
    )
    return f"{name}({', '.join(draw(st.lists(argument, max_size=5)))})"


@st.composite
def conditions(draw: st.DrawFn) -> str:
    form = draw(
        st.sampled_from(["exist {0}", "${0} = '{1}'", "${0} IN '{1}'", "matches(${0}, '{1}')", "{1}"])
    )
    return form.format(draw(NAMES), draw(TEXTS))


@st.composite
def collects(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(COLLECTS)))
    source = draw(NAMES.map(lambda name: f"${name}"))
    regex = tag("regex", escape(draw(st.sampled_from(["<user:gPatWord>", "<_a:gPatMesgBody>", "a<b:c>"]))))
    key = tag("attrKeyMap", attr=draw(NAMES), key=draw(TEXTS))
    position = tag("attrPosMap", attr=draw(NAMES), pos=draw(st.sampled_from(["1", "2", "x"])))
    attributes = draw(st.dictionaries(st.sampled_from(["sep", "kvsep", "quo", "L1Sep", "L2Sep"]), TEXTS))
    return tag(name, draw(st.sampled_from([regex, key, position, key + position])), src=source, **attributes)


SIMPLE = st.one_of(
    collects(),
    st.builds(lambda name, value: tag("setEventAttribute", escape(value), attr=name), NAMES, calls() | TEXTS),
    st.builds(lambda one, other: tag("swap", f"${one}, ${other}"), NAMES, NAMES),
    TEXTS.map(lambda text: tag("unheardOf", escape(text))),
)
INSTRUCTIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(
            lambda test, content: tag("when", "".join(content), test=test), conditions(), st.lists(inner)
        ),
        st.lists(inner).map(lambda parts: tag("choose", "".join(tag("otherwise", part) for part in parts))),
        st.lists(inner).map(lambda parts: tag("switch", "".join(tag("case", part) for part in parts))),
        st.lists(inner).map("".join),
    ),
    max_leaves=8,
)


@given(INSTRUCTIONS, MESSAGES, st.none() | st.integers())
def test_any_parser_gives_attributes_or_says_why_not(content: str, message: str, time: int | None) -> None:
    parser = parser_of(content)
    parsed = parser.run(message, time)
    assert parsed is not None
    assert parsed == parser.run(message, time)
    assert not any(name.startswith("_") for name in parsed.attributes)
    unknown = {(each.construct, each.line) for each in parser.unknown}
    assert {(each.what, each.line) for each in parsed.remarks if each.why == "unknown"} <= unknown
    assert all(each.line is not None for each in parser.unknown)


@given(st.binary(max_size=200) | TEXTS.map(str.encode))
def test_any_bytes_are_a_parser_or_an_error(data: bytes) -> None:
    with suppress(InputError):
        assert load_parsers(data, "x.xml")


@given(st.lists(st.sampled_from(["a", "b", ".", "[ab]", r"\d", "(?:a|b)", "a*", "b+?", "^", "$"])), MESSAGES)
def test_a_regex_finds_what_it_finds_in_python(parts: list[str], message: str) -> None:
    body = "".join(parts)
    content = tag("collectFieldsByRegex", tag("regex", escape(f"{body}<user:p>")), src="$_rawmsg")
    parsed = run(parser_of(content, '<pattern name="p">[ab=]+</pattern>'), message)
    found = re.search(f"{body.replace('$', chr(92) + 'Z')}(?P<user>[ab=]+)", message, re.DOTALL)
    assert parsed.attributes == ({"user": found["user"]} if found else {})


@given(
    st.sampled_from(
        ["(?<=a)b", "(?<=[ab])a*", "(?<=ab)(?:a|b)", "a+?(?=b)", "(a|b)*?(?=$|1)", "(?<=.)a(?:b|1)"]
    ),
    st.text(alphabet="ab1\n", max_size=12),
)
def test_looking_around_is_rewritten_exactly(regex: str, text: str) -> None:
    looked = re.search(regex.replace("$", r"\Z"), text, re.DOTALL)
    found = compiled(searchable(regex)).search(text)
    assert bool(found) == bool(looked)
    if found and looked and "(?=" not in regex:
        assert found.end() == looked.end()


@given(st.sampled_from(["(?<=.).*", "(?<=[ab]).*", "(?<=a).*", "[ab]+", r"\s"]), st.text(alphabet="ab1 \n"))
def test_removals_are_rewritten_exactly(regex: str, text: str) -> None:
    rewritten, put_in = removal(regex, "")
    assert compiled(rewritten).sub(put_in, text) == re.sub(regex, "", text, flags=re.DOTALL)


@given(st.text(alphabet=r"()?<=!>a|\[]", max_size=12))
def test_a_rewriting_compiles_or_is_refused(regex: str) -> None:
    with suppress(Untranslatable):
        assert compiled(searchable(regex)).pattern == searchable(regex)


@given(st.dictionaries(WORDS, WORDS, min_size=1, max_size=4))
def test_pairs_are_read_back(pairs: dict[str, str]) -> None:
    maps = "".join(tag("attrKeyMap", attr=f"x{key}", key=f"{key}=") for key in pairs)
    content = tag("collectAndSetAttrByKeyValuePair", maps, sep=",", src="$_rawmsg")
    message = ", ".join(f'{key}="{value}"' for key, value in pairs.items())
    assert run(parser_of(content), message).attributes == {f"x{key}": value for key, value in pairs.items()}


@given(st.lists(st.text(alphabet="ab, ", max_size=5), min_size=1, max_size=5))
def test_quoted_fields_are_read_back(fields: list[str]) -> None:
    maps = "".join(tag("attrPosMap", attr=f"x{at}", pos=str(at)) for at in range(1, len(fields) + 1))
    content = tag("collectAndSetAttrByPosWithQuotes", maps, sep=",", quo='"', src="$_rawmsg")
    message = ",".join(f'"{field}"' for field in fields)
    expected = {f"x{at}": field.strip() for at, field in enumerate(fields, 1) if field.strip()}
    assert run(parser_of(content), message).attributes == expected


@given(st.dictionaries(WORDS, WORDS | st.integers() | st.booleans() | st.none(), max_size=4))
def test_json_is_read_back(members: dict[str, Any]) -> None:
    maps = "".join(tag("attrKeyMap", attr=f"x{key}", key=f"deep.{key}") for key in members)
    content = tag("collectAndSetAttrByJSON", maps, src="$_rawmsg")
    texts = {f"x{key}": text_of(value) for key, value in members.items() if value is not None}
    assert run(parser_of(content), json.dumps({"deep": members})).attributes == texts


@given(st.dictionaries(WORDS, st.text(alphabet="a<&>'\" é", min_size=1).filter(str.strip), max_size=4))
def test_xml_is_read_back(texts: dict[str, str]) -> None:
    maps = "".join(tag("attrKeyMap", attr=f"x{name}", key=f"/E/D[@N='{name}']") for name in texts)
    content = tag("collectFieldsByXPath", maps, src="$_rawmsg")
    message = tag("E", "".join(tag("D", escape(text), N=name) for name, text in texts.items()))
    assert run(parser_of(content), message).attributes == {f"x{name}": text for name, text in texts.items()}


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)), st.integers(0, 86_000))
def test_times_are_read_back(time: datetime, age: int) -> None:
    parts = {"m": f"{time:%b}", "d": str(time.day), "y": f"{time.year:04d}", "t": f"{time:%H:%M:%S}"}
    calls_ = "toDateTime($_m, $_d, $_y, $_t)", "toDateTime($_m, $_d, $_t)"
    setting = "".join(set_(f"_{name}", value) for name, value in parts.items())
    seconds = int(time.replace(tzinfo=UTC, microsecond=0).timestamp())
    parser = parser_of(f"{setting}{set_('a', calls_[0])}{set_('b', calls_[1])}")
    attributes = run(parser, "x", seconds + age).attributes
    assert attributes["a"] == str(seconds)
    if f"{time:%d%b}" != "29Feb":  # there may be none in the year in which it was received
        assert attributes["b"] == str(seconds)


def text_of(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
