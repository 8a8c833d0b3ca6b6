"""Random Sigma rules over the lab's fields, and random events that come close to what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

PLACEHOLDERS = {"some": ("ab", "b*"), "other": ("A-b",)}

letters = st.text(alphabet="abAB", max_size=3)
plain = st.text(alphabet="abB-/.\u2013", max_size=4)
wild = st.text(alphabet="abB*?\\-/. ", max_size=5)
paths = st.lists(st.text(alphabet="ab.*", max_size=2), min_size=1, max_size=3).map("\\".join)
mails = st.lists(st.text(alphabet="ab?*", max_size=2), min_size=1, max_size=3).map("@".join)
digits = st.sampled_from(["0A", "AA", "0A0A", "A", "D5", "5"])
hashes = st.one_of(
    digits, digits.map("MD5={}".format), digits.map("SHA256={},".format), digits.map("IMPHASH={}".format)
)
small = st.integers(0, 3)
addresses = st.sampled_from(["10.0.0.1", "10.1.2.3", "::1", "fe80::1", "10.", "1", "-", "fe80:"])
networks = st.sampled_from(["10.0.0.0/8", "10.1.2.3/32", "10.0.0.0/9", "fe80::/10"])
kinds = st.sampled_from(["Low", "high", "m*", "4", "Extreme", "*i*", ""])
patterns = st.sampled_from(
    [
        "a",
        "^a",
        "b$",
        "^a|b$",
        "a.b",
        "^[ab]+$",
        "[^a]",
        r"a\.b",
        "(?i)A",
        "(a|b)-",
        "^(a|b)",
        r"\\a",
        "-",
        "a*$",
    ]
)
times = st.sampled_from(["2026-01-01T03:30:00", "2026-01-02T04:00:00", "2026-01-01T23:59:59"])

PLACES = ["contains", "startswith", "endswith"]
TEXT_FORMS = ["", *PLACES, "contains|all", "endswith|all", "neq", "contains|neq", "cased", "startswith|cased"]
TEXT_FORMS += [
    "windash",
    "windash|contains",
    "windash|contains|all",
    "base64|contains",
    "wide|base64offset|contains",
]
NUMBER_FORMS = ["", "lt", "lte", "gt", "gte", "neq", "lt|neq"]


def _lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values | st.lists(values, min_size=1, max_size=3)


def _items(
    field: str, values: st.SearchStrategy[Any], forms: list[str]
) -> st.SearchStrategy[tuple[str, Any]]:
    keys = st.sampled_from([f"{field}|{form}".rstrip("|") for form in forms])
    return st.tuples(keys, _lists(values))


def _text_items(field: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.one_of(
        _items(field, values, TEXT_FORMS).filter(_encodable),
        _items(field, values, ["", *PLACES]),
        _items(field, patterns, ["re", "re|all", "re|neq", "re|startswith", "re|endswith"]),
        st.tuples(st.just(f"{field}|exists"), st.booleans()),
        st.tuples(st.just(field), st.none() | st.just("") | st.just("-") | st.just("*")),
        _items(
            field, st.sampled_from(["%some%", "a%other%", "%some%-%some%"]), ["expand", "contains|expand"]
        ),
    )


def _encodable(item: tuple[str, Any]) -> bool:
    """Base64 has no form for wildcards, and no parts of nothing."""
    values = item[1] if isinstance(item[1], list) else [item[1]]
    return "base64" not in item[0] or all(value and not set("*?\\") & set(value) for value in values)


ITEMS: dict[str, st.SearchStrategy[tuple[str, Any]]] = {
    "Text": _text_items("Text", wild),
    "Other": _text_items("Other", wild),
    "Kept": _text_items("Kept", wild),
    "Sure": _text_items("Sure", wild),
    "Account": _text_items("Account", paths),
    "File": _text_items("File", paths),
    "Mail": _text_items("Mail", mails),
    "Element": _text_items("Element", wild | st.text(alphabet='a<&>"*', max_size=4)),
    "Kind": _items("Kind", kinds, ["", "contains", "neq"]),
    "Hashes": _items("Hashes", hashes, ["contains", "contains|all"]),
    "Number": _items("Number", small, NUMBER_FORMS) | st.tuples(st.just("Number"), st.none() | st.just("*")),
    "Code": _items("Code", small.map(str), ["", "neq"]),
    "Address": _items("Address", addresses, ["", "startswith", "neq"])
    | _items("Address", networks, ["cidr", "cidr|neq"]),
    "Time": _items("Time", st.integers(3, 5), ["hour", "hour|gte", "hour|neq"]),
    "Reference": st.tuples(st.just("Text|fieldref"), st.sampled_from(["Other", "Kept", "Sure"])),
}

selections = st.lists(st.one_of(*ITEMS.values()), min_size=1, max_size=3).map(dict)
conditions = st.recursive(
    st.sampled_from(["s0", "s1", "s2", "1 of s*", "all of s*", "1 of them", "all of them"]),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        st.tuples(inner, inner).map(" and ".join).map("({})".format),
        st.tuples(inner, inner).map(" or ".join).map("({})".format),
    ),
    max_leaves=5,
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """A rule of lab/process with three selections."""
    detection: dict[str, Any] = {f"s{number}": draw(selections) for number in range(3)}
    detection["condition"] = draw(conditions)
    return {"title": "Random", "logsource": {"product": "lab", "category": "process"}, "detection": detection}


def _concrete(draw: st.DrawFn, text: str) -> str:
    """A value that fits the wildcards of a rule's value, or nearly."""
    filled = "".join(
        draw(letters) if letter == "*" else draw(st.sampled_from("ab")) if letter == "?" else letter
        for letter in text
    )
    around = draw(st.sampled_from(["{}", "{}", "{}", "a{}", "{}b", "x\\{}", "{}\\a", "{}@b"]))
    return around.format(filled)


def _asked(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """The values that a rule asks each field for."""
    found: dict[str, list[str]] = {}
    for selection in document["detection"].values():
        if isinstance(selection, dict):
            for key, value in selection.items():
                listed = value if isinstance(value, list) else [value]
                found.setdefault(key.split("|")[0], []).extend(
                    str(each) for each in listed if each is not None
                )
    return found


RANDOM: dict[str, st.SearchStrategy[Any]] = {
    "Text": plain,
    "Other": plain,
    "Kept": plain,
    "Sure": plain.filter(lambda text: text not in ("", "-")),
    "Account": st.lists(letters, min_size=1, max_size=3).map("\\".join),
    "File": st.lists(st.text(alphabet="ab.", min_size=1, max_size=2), min_size=2, max_size=3).map("\\".join),
    "Mail": st.lists(letters, min_size=1, max_size=3).map("@".join),
    "Element": st.text(alphabet='a<&>"b-', max_size=4),
    "Kind": st.sampled_from(["Low", "HIGH", "Medium", "4", "Extreme"]),
    "Hashes": st.sampled_from(["MD5=0A", "MD5=AA,SHA256=0A0A", "SHA256=0A", "IMPHASH=AA,MD5=A5"]),
    "Number": small,
    "Code": small,
    "Address": st.sampled_from(["10.0.0.1", "10.1.2.3", "10.200.0.1", "::1", "fe80::1", "-"]),
    "Time": times,
}
ALWAYS = ("Sure", "File")
TEXTS = ("Text", "Other", "Kept", "Account", "Mail", "Element", "Sure", "File")


@st.composite
def events(draw: st.DrawFn, document: Mapping[str, Any]) -> dict[str, Any]:
    """An event whose fields are absent, random, or near the values of the rule."""
    asked = _asked(document)
    event: dict[str, Any] = {}
    for field, values in RANDOM.items():
        choice = draw(st.sampled_from(["absent", "random", "near", "near"]))
        if choice == "absent" and field not in ALWAYS:
            continue
        if choice == "near" and field in TEXTS and asked.get(field):
            near = _concrete(draw, draw(st.sampled_from(asked[field])))
            whole = field not in ALWAYS or (near not in ("", "-") and (field != "File" or _is_path(near)))
            event[field] = near if whole else draw(values)
        else:
            event[field] = draw(values)
    return event


def _is_path(text: str) -> bool:
    head, separator, tail = text.rpartition("\\")
    return bool(head and separator and tail)
