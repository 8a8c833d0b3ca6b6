"""Laws that the reading of Sigma obeys, checked against the plainest thing that could be right."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

import re2
from hypothesis import example, given
from hypothesis import strategies as st

from translator.errors import TranslatorError
from translator.oracle import View, compile_rule, field_view, in_scope
from translator.oracle.condition import condition_test
from translator.oracle.modifiers import MODIFIERS
from translator.oracle.text import DASHES, EXACT, FOLDED, reshape
from translator.oracle.values import read_tokens

NAMES = ("a", "b", "sel_1", "sel_2", "_hidden", "not_x", "android")
NAMED = st.sampled_from(NAMES)

Tree = tuple[Any, ...]
"""("name", n), ("not", t), ("and" or "or", t, t, ...), ("of", count, pattern)."""

TREES: st.SearchStrategy[Tree] = st.recursive(
    st.one_of(
        st.tuples(st.just("name"), NAMED),
        st.tuples(
            st.just("of"),
            st.sampled_from(["all", "any", "1", "2", "3"]),
            st.sampled_from(["them", "sel_*", "*_*", "a*", "_*", "*1", "sel_1"]),
        ),
    ),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("or"), inner, inner, inner),
    ),
    max_leaves=12,
)
BINDING = {"or": 0, "and": 1, "not": 2, "of": 3, "name": 3}


def written(tree: Tree, draw: Any, binding: int = 0) -> str:
    """The tree as text, with brackets where they are needed and now and then where they are not."""
    kind = tree[0]
    if kind == "name":
        text = str(tree[1])
    elif kind == "of":
        text = f"{tree[1]} of {tree[2]}"
    elif kind == "not":
        text = f"not {written(tree[1], draw, BINDING['not'])}"
    else:
        text = f" {kind} ".join(written(part, draw, BINDING[kind] + 1) for part in tree[1:])
    return f"({text})" if BINDING[kind] < binding or draw(st.booleans()) else text


def holds(tree: Tree, true: frozenset[str]) -> bool:
    """What the tree means if these identifiers are met."""
    kind = tree[0]
    if kind == "name":
        return tree[1] in true
    if kind == "not":
        return not holds(tree[1], true)
    if kind in ("and", "or"):
        return (all if kind == "and" else any)(holds(part, true) for part in tree[1:])
    count, pattern = tree[1:]
    chosen = [name for name in NAMES if fits_naively(pattern, name)]
    if not pattern.startswith("_"):
        chosen = [name for name in NAMES if name[0] != "_" and (pattern == "them" or name in chosen)]
    met = sum(name in true for name in chosen)
    return met == len(chosen) if count == "all" else met >= (1 if count == "any" else int(count))


def fits_naively(pattern: str, text: str) -> bool:
    """Wildcards by trying everything; `\\` has no meaning here."""

    @cache
    def fits(p: int, t: int) -> bool:
        if p == len(pattern):
            return t == len(text)
        if pattern[p] == "*":
            return fits(p + 1, t) or (t < len(text) and fits(p, t + 1))
        return t < len(text) and pattern[p] in ("?", text[t]) and fits(p + 1, t + 1)

    return fits(0, 0)


@given(tree=TREES, true=st.frozensets(NAMED), data=st.data())
def test_condition_means_its_tree(tree: Tree, true: frozenset[str], data: st.DataObject) -> None:
    identifiers = {name: (lambda met, name=name: name in met) for name in NAMES}
    assert condition_test(written(tree, data.draw), identifiers)(true) is holds(tree, true)


@given(st.text(alphabet="()ab*_ 1notandrflem|\n", max_size=40))
def test_condition_is_read_or_refused(text: str) -> None:
    identifiers = {"a": bool, "b": bool}
    try:
        condition_test(text, identifiers)(1)
    except TranslatorError as error:
        message = str(error)
    else:
        message = ""
    assert "\n" not in message


PLAIN = st.text(alphabet="aAbéÉ*?\\ .\n-", max_size=8)


def escaped(text: str) -> str:
    return "".join("\\" + letter if letter in "*?\\" else letter for letter in text)


@given(PLAIN)
def test_escaped_text_is_itself(text: str) -> None:
    assert read_tokens(escaped(text)) == ((text,) if text else ())


PIECES = st.lists(st.sampled_from(["a", "b", "ab", "é", ".", "\n", "*", "*", "?"]), max_size=7)


@given(pieces=PIECES, text=st.text(alphabet="abé.\n", max_size=9))
@example(pieces=["a", "*", "a"], text="a")
@example(pieces=["a", "b", "*", "b", "*", "b", "a"], text="abba")
def test_wildcards_as_the_naive_matcher_says(pieces: list[str], text: str) -> None:
    pattern = "".join(pieces)
    (whole,) = compile_rule(one("F", pattern))
    assert whole.matches({"F": text}) is fits_naively(pattern, text)
    (within,) = compile_rule(one("F|contains", pattern))
    assert within.matches({"F": text}) is fits_naively(f"*{pattern}*", text)
    (start,) = compile_rule(one("F|startswith", pattern))
    assert start.matches({"F": text}) is fits_naively(f"{pattern}*", text)
    (end,) = compile_rule(one("F|endswith", pattern))
    assert end.matches({"F": text}) is fits_naively(f"*{pattern}", text)


def one(key: str, value: object) -> dict[str, Any]:
    return {"logsource": {}, "detection": {"sel": {key: value}, "condition": "sel"}}


def rule(**detection: Any) -> dict[str, Any]:
    return {"logsource": {}, "detection": detection}


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(["", "-", "a", "A", "ab", "1", "true", "a*b"]),
)
EVENTS = st.dictionaries(
    st.sampled_from(["A", "B"]), st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=2
)
KEYS = st.sampled_from(
    ["A", "B", "A|contains", "A|startswith", "B|endswith", "A|cased", "B|windash", "A|neq", "", "|all"]
)
VALUES = st.sampled_from(["", "a", "ab", "A*", "?", "1", "true", "-", "/"])
MAPS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=3)


def answer(document: dict[str, Any], event: dict[str, Any]) -> bool:
    return any(matcher.matches(event) for matcher in compile_rule(document))


@given(a=MAPS, b=MAPS, event=EVENTS)
def test_de_morgan(a: dict[str, str], b: dict[str, str], event: dict[str, Any]) -> None:
    together = {condition: answer(rule(a=a, b=b, condition=condition), event) for condition in CONDITIONS}
    assert together["not (a or b)"] is together["not a and not b"]
    assert together["not (a and b)"] is together["not a or not b"]
    assert together["not a"] is not together["a"]
    assert together["1 of them"] is together["a or b"]
    assert together["all of them"] is together["a and b"]


CONDITIONS = (
    "a",
    "not a",
    "a or b",
    "a and b",
    "not (a or b)",
    "not a and not b",
    "not (a and b)",
    "not a or not b",
    "1 of them",
    "all of them",
)


@given(maps=st.lists(MAPS, min_size=1, max_size=3), event=EVENTS)
def test_a_list_is_an_or_and_a_map_an_and(maps: list[dict[str, str]], event: dict[str, Any]) -> None:
    each = [all(answer(one(key, value), event) for key, value in fields.items()) for fields in maps]
    assert [answer(rule(s=fields, condition="s"), event) for fields in maps] == each
    assert answer(rule(s=maps, condition="s"), event) is any(each)


@given(
    key=st.sampled_from(["A", "A|contains", "A|endswith", "A|re", "A|cased", "A|windash|startswith"]),
    values=st.lists(VALUES, min_size=1, max_size=4),
    event=EVENTS,
)
def test_values_are_an_or_with_all_an_and_with_neq_none(
    key: str, values: list[str], event: dict[str, Any]
) -> None:
    if "re" in key:
        values = [re2.escape(value) for value in values]
    each = [answer(one(key, value), event) for value in values]
    assert answer(one(key, values), event) is any(each)
    assert answer(one(f"{key}|all", values), event) is all(each)
    assert answer(one(f"{key}|neq", values), event) is not any(each)


@given(field=SCALARS | st.lists(SCALARS, max_size=2))
def test_an_absent_field_is_null_and_nothing_else(field: object) -> None:
    present = {"F": field, "G": "x"}
    assert answer(one("F|exists", True), present)
    assert not answer(one("F|exists", True), {"G": "x"})
    assert answer(one("F", None), {"G": "x"})
    assert not answer(one("F|contains", ""), {"G": "x"})


@given(st.text(max_size=12))
def test_case_folding_keeps_length_and_is_final(text: str) -> None:
    folded = reshape(text, FOLDED)
    assert len(folded) == len(text)
    assert reshape(folded, FOLDED) == folded
    assert reshape(text.upper(), FOLDED) == reshape(text.upper().swapcase().upper(), FOLDED)
    folded.encode("utf-8")
    reshape(text, EXACT).encode("utf-8")


LETTERS = st.characters(categories=["L"])


@given(a=LETTERS, b=LETTERS)
def test_letters_are_equal_where_re2_says_so(a: str, b: str) -> None:
    for other in {b, a.lower(), a.upper(), a.title(), a.casefold()}:
        if len(other) == 1:
            same = re2.fullmatch(f"(?i){re2.escape(a)}", other) is not None
            assert (reshape(a, FOLDED) == reshape(other, FOLDED)) is same


@given(value=st.text(min_size=2, max_size=6), before=st.binary(max_size=4), after=st.binary(max_size=4))
def test_base64offset_finds_the_value_in_any_surroundings(value: str, before: bytes, after: bytes) -> None:
    for modifiers, codec in (("", "utf-8"), ("wide|", "utf-16-le"), ("utf16be|", "utf-16-be")):
        data = before + value.encode(codec) + after
        document = one(f"F|{modifiers}base64offset|contains|cased", escaped(value))
        assert answer(document, {"F": b64encode(data).decode()})


@given(
    value=st.text(alphabet=DASHES + "ab ", min_size=1, max_size=8),
    text=st.text(alphabet=DASHES + "ab ", max_size=8),
    data=st.data(),
)
def test_windash_is_blind_to_the_kind_of_dash(value: str, text: str, data: st.DataObject) -> None:
    respelt = "".join(data.draw(st.sampled_from(DASHES)) if letter in DASHES else letter for letter in value)
    assert answer(one("F|windash", value), {"F": respelt})
    hyphens = str.maketrans(dict.fromkeys(DASHES, "-"))
    expected = value.translate(hyphens) in text.translate(hyphens)
    assert answer(one("F|contains|windash", value), {"F": text}) is expected


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


@given(address=ADDRESSES, network=ADDRESSES, bits=st.integers(0, 128))
def test_cidr_is_arithmetic_on_addresses(address: str, network: str, bits: int) -> None:
    width = ip_address(network).max_prefixlen
    ranged = ip_network(f"{network}/{min(bits, width)}", strict=False)
    same_kind = ip_address(address).max_prefixlen == width
    shift = width - ranged.prefixlen
    inside = same_kind and int(ip_address(address)) >> shift == int(ranged.network_address) >> shift
    assert answer(one("F|cidr", str(ranged)), {"F": address}) is inside


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["#text", "#attributes", "Data", "Name", "Channel", "EventID"]),
                st.text(max_size=3),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(system=JSON, data=JSON, user=JSON)
def test_any_event_has_fields(system: object, data: object, user: object) -> None:
    raw = {"Event": {"System": system, "EventData": data, "UserData": user}}
    view = field_view(raw)
    assert all(isinstance(name, str) for name in view)
    assert in_scope({"product": "windows", "category": "process_creation"}, view) in (True, False)
    (matcher,) = compile_rule(
        rule(a={"Data|contains": "x"}, b=["y"], c={"Channel": None}, condition="1 of them")
    )
    assert matcher.matches(view) is matcher.matches(View(view))


CHAINS = st.lists(st.sampled_from([*sorted(MODIFIERS), "nothing"]), max_size=3)


@given(
    field=st.sampled_from(["A", "", "A.B"]),
    chain=CHAINS,
    value=st.one_of(JSON, st.sampled_from(["10.0.0.0/8", "%p%", "a%q%", "[a-", "(?=a)", "a*?\\", "-a/b"])),
    event=JSON,
)
def test_any_rule_is_evaluated_or_refused_in_one_line(
    field: str, chain: list[str], value: object, event: object
) -> None:
    key = "|".join([field, *chain])
    try:
        matchers = compile_rule(one(key, value), {"p": ["x*", 1]})
    except TranslatorError as error:
        matchers, message = (), str(error)
    else:
        message = "evaluated"
    assert len(message.splitlines()) == 1
    for matcher in matchers:
        assert matcher.matches({"A": event}) in (True, False)
