"""Strategies for whole rules, sound by translator.model.check."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.property.expressions import expressions, names, words
from translator.model.check import RELATION_TYPES
from translator.model.expr import Attribute
from translator.model.expr import Test as Leaf
from translator.model.rule import (
    ClearPattern,
    CustomerScope,
    Incident,
    IncidentAttribute,
    Origin,
    QuietPeriod,
    Relation,
    Rule,
    SubPattern,
    WatchListEntry,
)

# Everything that XML can carry, the blanks at both ends and the line ends included.
texts = st.text(
    st.sampled_from(" \t\n\r<>&\"'\u2028\u0085é𝄞]")
    | st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]),
    max_size=12,
)
filled = texts.filter(bool)
lists = st.lists(words, max_size=3).map(tuple)
sources = (
    words | st.builds("{}({})".format, words, words) | st.builds("COUNT(DISTINCT {},{})".format, words, words)
)
joins = st.builds(
    Leaf,
    st.builds("{}.{}".format, names, names).map(Attribute),
    st.just("equals"),
    st.builds("{}.{}".format, names, names).map(Attribute),
)


@st.composite
def clauses(draw: st.DrawFn) -> dict[str, Any]:
    """One to three sub-patterns, with what joins them."""
    own = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    return {
        "window": draw(st.integers(1, 10**8)),
        "sub_patterns": tuple(
            SubPattern(name, draw(expressions(2)), draw(lists), draw(expressions(1))) for name in own
        ),
        "relations": tuple(
            Relation(draw(st.sampled_from(RELATION_TYPES)), draw(st.integers(0, 5))) for _ in own[1:]
        ),
        "global_constraint": draw(st.none() | joins),
    }


@st.composite
def clear_patterns(draw: st.DrawFn, attributes: tuple[str, ...]) -> ClearPattern:
    """A clear condition of a rule whose incident has these attributes."""
    clause = draw(clauses())
    own = [pattern.name for pattern in clause["sub_patterns"]]
    known = st.sampled_from(attributes) if attributes else st.nothing()
    ties = st.builds(IncidentAttribute, known, st.sampled_from(own), words) | known.map(
        lambda name: IncidentAttribute(name, "", name)
    )
    return ClearPattern(
        **clause,
        name=draw(texts),
        attributes=tuple(draw(st.lists(ties, max_size=3))),
        constraint=draw(st.none() | joins),
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Rules with every part that a document can hold."""
    clause = draw(clauses())
    own = [pattern.name for pattern in clause["sub_patterns"]]
    mapping = tuple(
        draw(st.lists(st.builds(IncidentAttribute, words, st.sampled_from(own), sources), max_size=3))
    )
    attributes = tuple(attribute.name for attribute in mapping)
    known = st.sampled_from(attributes) if attributes else st.nothing()
    on_lists = st.lists(words, min_size=1, max_size=2).map(tuple)
    return Rule(
        **clause,
        name=draw(filled),
        title=draw(texts),
        incident=Incident(
            draw(words),
            draw(st.integers(1, 10)),
            mapping,
            draw(texts),
            draw(st.none() | st.integers(0, 10**8)),
        ),
        id=draw(texts),
        group=draw(texts),
        description=draw(texts),
        remediation=draw(texts),
        data_source=draw(texts),
        detection_technology=draw(texts),
        impact=draw(texts),
        category=draw(texts),
        tactic=draw(texts),
        techniques=draw(lists),
        active=draw(st.booleans()),
        trigger_attributes=draw(lists),
        watch_lists=tuple(draw(st.lists(st.builds(WatchListEntry, known, on_lists), max_size=2))),
        clear=draw(st.none() | st.builds(QuietPeriod, st.integers(1, 10**8)) | clear_patterns(attributes)),
        origin=Origin(draw(texts), draw(texts), draw(st.booleans())),
        scope=CustomerScope(draw(st.booleans()), draw(lists), draw(lists)),
    )
