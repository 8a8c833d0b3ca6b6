"""Searches of the raw message find every value that is asked for; what they find besides is noted."""

from __future__ import annotations

import json

import re2
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.property.test_lowering_globs import fits
from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.errors import Refused
from translator.lowering.context import Emission
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.holders import Holder
from translator.lowering.portable import portable
from translator.lowering.raw import ElementHolder, MessageHolder
from translator.lowering.raw_forms import FramedHolder
from translator.model.expr import Expr, Not
from translator.model.normal import flatten
from translator.model.walk import tests as leaves_of
from translator.taxonomy.lookup import RawTarget

DIALECT = load_profile()
EMISSION = Emission(DIALECT)
LETTERS = "aB1\"\\/é<>&'{},:= ]-"
HOLDERS: dict[str, Holder] = {
    "xml": ElementHolder("Field", EMISSION),
    "json": FramedHolder(RawTarget("Field", "json"), EMISSION),
    "escaped json": FramedHolder(RawTarget("Field", "json"), EMISSION),
    "audit": FramedHolder(RawTarget("Field", "audit"), EMISSION),
    "text": MessageHolder(EMISSION, "text"),
    "audit anywhere": MessageHolder(EMISSION, "audit"),
    "xml anywhere": MessageHolder(EMISSION, "xml"),
    "json anywhere": MessageHolder(EMISSION, "json"),
    "escaped json anywhere": MessageHolder(EMISSION, "json"),
}


def message(form: str, value: str) -> str:
    """A raw message whose field holds the value, with others around it."""
    if "json" in form:
        fields = {"Before": "x", "Field": value, "After": "y"}
        return json.dumps(fields, ensure_ascii=form.startswith("escaped"))
    if "audit" in form:
        return " ".join(
            f"{name}={audited(text)}" for name, text in (("a", "x"), ("Field", value), ("b", "y y"))
        )
    if form == "text":
        return f"before {value} after"
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<Event><Data Name='Before'>x</Data><Data Name='Field'>{escaped}</Data></Event>"


def audited(value: str) -> str:
    """The value as the Linux audit system writes it."""
    plain = all("!" <= letter <= "~" and letter != '"' for letter in value)
    return f'"{value}"' if plain else value.encode().hex().upper()


def found(expr: Expr, form: str, value: str) -> bool:
    positive = flatten(expr)
    assert not isinstance(positive, Not)
    return bool(compile_filter(positive, DIALECT)({"rawEventMsg": message(form, value)}))


values = st.text(alphabet=LETTERS + "\n", max_size=5)
parts: st.SearchStrategy[Part] = st.one_of(
    st.text(alphabet=LETTERS + "\n", min_size=1, max_size=3),
    st.sampled_from(Wild),
    st.just(AnyOf("-/")),
)
globs = st.lists(parts, min_size=1, max_size=4).map(Glob.of)
forms = st.sampled_from(sorted(HOLDERS))
framed = st.sampled_from(["xml", "json", "escaped json", "audit"])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Glob, str]:
    """A glob, and a value that it matches."""
    glob = draw(globs)
    filled = []
    for part in glob.parts:
        match part:
            case Wild.ANY:
                filled.append(draw(values))
            case Wild.ONE:
                filled.append(draw(st.sampled_from(LETTERS)))
            case AnyOf(characters):
                filled.append(draw(st.sampled_from(characters)))
            case str() as text:
                filled.append(draw(st.sampled_from([text, text.swapcase()])))
    return glob, "".join(filled)


@given(forms, pairs())
@example("escaped json", (Glob.of(["é"]), "É"))
@example("json", (Glob.of(["a\nb"]), "a\nb"))
@example("audit", (Glob.of(["kiss"]), "\u212ai\u017fs"))
@example("audit", (Glob.of([Wild.ANY, "b c"]), "äB C"))
@example("json", (Glob.of([Wild.ANY, "\\"]), "a\\"))
def test_what_a_glob_matches_is_found(form: str, pair: tuple[Glob, str]) -> None:
    glob, value = pair
    assert fits(glob, value)
    try:
        expr = HOLDERS[form].text(glob)
    except Refused:
        assume(False)
    assert found(expr, form, value), [test.operand for test in leaves_of(expr)]


plain = st.text(alphabet="aB1- é", min_size=1, max_size=3)


@given(
    framed,
    plain,
    st.lists(plain | st.just(Wild.ANY), min_size=1).map(Glob.of),
)
def test_plain_values_that_a_glob_does_not_match_are_not_found(form: str, value: str, glob: Glob) -> None:
    assert found(HOLDERS[form].text(glob), form, value) is fits(glob, value)


patterns = st.lists(
    st.sampled_from(
        [
            "a",
            "B",
            "1",
            ".",
            "[^a]",
            "[a1]",
            r"\S",
            r"\s",
            r"\W",
            r"\d",
            "&",
            "<",
            r"\.",
            r"\/",
            r"\\",
            '"',
            "a*",
            ".+",
            "(a|B)",
            "é",
        ]
    ),
    min_size=1,
    max_size=4,
).map("".join)
anchors = st.tuples(st.sampled_from(["", "^"]), st.sampled_from(["", "$"]))


@given(forms, patterns, anchors, values)
@example("escaped json", "é", ("", ""), "é")
@example("json", "[^a]", ("^", "$"), '"')
@example("xml", ".", ("^", "$"), "&")
def test_what_a_pattern_finds_in_a_value_is_found(
    form: str, body: str, ends: tuple[str, str], value: str
) -> None:
    pattern = f"{ends[0]}{body}{ends[1]}"
    if re2.search(f"(?i){pattern}", value) is None:
        return
    if list(HOLDERS[form].caveats_of_pattern(pattern)) and audited(value) != f'"{value}"':
        return  # a note says so
    try:
        expr = HOLDERS[form].pattern(portable(pattern, "", EMISSION).pattern)
    except Refused:
        assume(False)
    assert found(expr, form, value), [test.operand for test in leaves_of(expr)]


@given(framed, values)
def test_a_field_that_is_there_is_not_absent(form: str, value: str) -> None:
    absent = HOLDERS[form].absent()
    assert isinstance(absent, Not)
    assert found(absent.item, form, value)
