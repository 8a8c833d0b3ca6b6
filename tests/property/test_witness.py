"""Whatever a rule says: the events keep their promises, and both readings of Sigma give the same verdicts."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from translator.errors import InputError, Location
from translator.sources.sigma import read_rule
from translator.witness import witnesses

pieces = st.sampled_from(
    ["a", "B", "ab", "*", "?", "\\", "\\\\", "\\*", "/", "-", " ", ".", "é", "\U0001f600", "x7"]
)
texts = st.lists(pieces, min_size=1, max_size=5).map("".join)
fields = st.sampled_from(["A", "B", "Image"])
text_items = st.tuples(
    st.builds(
        "{}{}".format,
        fields,
        st.sampled_from(["", "|contains", "|startswith", "|endswith", "|cased", "|neq"]),
    ),
    texts | st.lists(texts, min_size=1, max_size=3),
)
dashed_items = st.tuples(st.just("A|windash|contains"), texts)
number_items = st.tuples(st.sampled_from(["N", "N|gt", "N|gte", "N|lt", "N|lte"]), st.integers(-3, 3))
presence_items = st.tuples(st.sampled_from(["A|exists", "N|exists"]), st.booleans())
other_items = st.sampled_from(
    [
        ("A", None),
        ("A|re", "^a.c?$"),
        ("A|re|i", "[ab]{2}"),
        ("B|fieldref", "A"),
        ("I|cidr", "10.0.0.0/30"),
        ("A|base64offset|contains", "ab"),
        ("T|hour|gt", 21),
        ("T|day", 31),
    ]
)
items = text_items | dashed_items | number_items | presence_items | other_items
maps = st.lists(items, min_size=1, max_size=3).map(dict)
keywords = st.lists(texts, min_size=1, max_size=2)
conditions = st.sampled_from(
    [
        "s1 and s2 and not s3",
        "s1 or (s2 and not s3)",
        "not (s1 or s2) and not s3",
        "all of s*",
        "1 of s* and not s1",
        "s1 and not (s2 and s3)",
        "not s1",
    ]
)
detections = st.fixed_dictionaries(
    {
        "s1": maps | st.lists(maps, min_size=1, max_size=2),
        "s2": maps,
        "s3": maps | keywords,
        "condition": conditions,
    }
)


@given(detections, st.integers(0, 5))
@settings(max_examples=150)
def test_promises_hold(detection: dict[str, Any], seed: int) -> None:
    rule = {"title": "A rule", "logsource": {"category": "any"}, "detection": detection}
    try:
        source = read_rule(rule, Location("rule.yml"))
    except InputError:
        return
    found = witnesses(source, seed=seed, most=25)
    assert found.disagreements == ()
    assert len(found.events) <= 25
    assert (found.status == "solved") is any(each.fires for each in found.events)
    assert bool(found.reason) is (found.status != "solved")
    for each in found.events:
        assert each.kind == "boundary" or each.fires is (each.kind == "witness")
    assert found == witnesses(source, seed=seed, most=25)
