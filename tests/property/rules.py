"""Strategies for whole rules, sound by translator.model.check."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.property.expressions import expressions, names, words
from translator.model.check import RELATION_TYPES
from translator.model.expr import Attribute
from translator.model.expr import Test as Leaf
from translator.model.rule import (
    Incident,
    IncidentAttribute,
    Origin,
    Relation,
    Rule,
    SubPattern,
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
def rules(draw: st.DrawFn) -> Rule:
    """One to three sub-patterns, with what joins them."""
    own = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    patterns = tuple(
        SubPattern(name, draw(expressions(2)), draw(lists), draw(expressions(1))) for name in own
    )
    mapping = st.lists(st.builds(IncidentAttribute, words, st.sampled_from(own), sources), max_size=3)
    return Rule(
        name=draw(filled),
        title=draw(texts),
        window=draw(st.integers(1, 10**8)),
        sub_patterns=patterns,
        incident=Incident(draw(words), draw(st.integers(1, 10)), tuple(draw(mapping))),
        relations=tuple(
            Relation(draw(st.sampled_from(RELATION_TYPES)), draw(st.integers(0, 5))) for _ in own[1:]
        ),
        global_constraint=draw(st.none() | joins),
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
        origin=Origin(draw(texts), draw(texts)),
    )
