"""Filters and rules of the engine: what the conformance suite cannot say about a single leaf."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from translator.dialect.profile import Dialect, Entry, load_profile
from translator.engine.compile import compile_filter, compile_rule, holds_for_one_event, pinned_event_types
from translator.engine.context import Context
from translator.engine.explain import explain
from translator.engine.patterns import LONGEST_PATTERN, compile_pattern
from translator.engine.ruleset import RuleSet
from translator.engine.types import remarks
from translator.engine.values import as_text, fold, to_number
from translator.engine.verdict import Undecided
from translator.errors import InputError, Refused
from translator.model.expr import (
    ALWAYS,
    NEVER,
    And,
    Attribute,
    Call,
    Expr,
    Network,
    Not,
    Number,
    Or,
    Pattern,
    Range,
    Text,
    Values,
)
from translator.model.expr import Test as Leaf
from translator.model.rule import ClearPattern, Incident, Relation, Rule, SubPattern
from translator.parse.expression import parse_filter

DEFAULT = load_profile()


def parsed(text: str) -> Expr:
    return parse_filter(text).expr


def rule(filter_text: str, aggregate: str = "COUNT(*) >= 1", name: str = "A rule") -> Rule:
    pattern = SubPattern("Filter", parsed(filter_text), ("user",), parsed(aggregate))
    return Rule(name, name, 300, (pattern,), Incident("PH_RULE_A", 5, ()))


def having(dialect: Dialect, entry: str, value: bool) -> Dialect:
    return replace(
        dialect, name="changed", entries={**dialect.entries, entry: Entry(value, "assumed", "here")}
    )


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('user = "a" AND host IN (Group@G)', Undecided),
        ('user = "b" AND host IN (Group@G)', False),
        ('host IN (Group@G) AND user = "b"', False),
        ('user = "a" OR host IN (Group@G)', True),
        ('host IN (Group@G) OR user = "a"', True),
        ('user = "b" OR host IN (Group@G)', Undecided),
        ('user = "b" OR host NOT IN (Group@G)', Undecided),
        ('LookupTableHas(T,user) = 1 AND user = "b"', False),
        ("LookupTableHas(T,user) = 1", Undecided),
        ("LookupTableHas(T,user) IS NULL", Undecided),
        ("LookupTableGet(T,user,C) = user", Undecided),
        ("user = LookupTableGet(T,user,C)", Undecided),
    ],
)
def test_missing_context_never_counts_as_false(text: str, verdict: object) -> None:
    found = compile_filter(parsed(text), DEFAULT)({"user": "a", "host": "h"})
    assert type(found) is verdict if isinstance(verdict, type) else found is verdict


def test_negation_keeps_undecided() -> None:
    check = compile_filter(Not(parsed("host IN (Group@G)")), DEFAULT)
    assert isinstance(check({"host": "h"}), Undecided)
    assert check({}) is True


def test_undecided_is_no_truth_value() -> None:
    verdict = compile_filter(parsed("host IN (Group@PH_DYNLIST_X)"), DEFAULT)({"host": "h"})
    with pytest.raises(Refused, match="PH_DYNLIST_X") as caught:
        bool(verdict)
    assert caught.value.code == "cannot-evaluate"


def test_neutral_expressions() -> None:
    assert compile_filter(ALWAYS, DEFAULT)({}) is True
    assert compile_filter(NEVER, DEFAULT)({}) is False


USER = Attribute("user")


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        (Leaf(USER, "regexp", Pattern("a(")), "regex-invalid"),
        (Leaf(USER, "regexp", Pattern("(?=a)")), "regex-invalid"),
        (Leaf(USER, "regexp", Pattern("*")), "regex-invalid"),
        (Leaf(USER, "regexp", Pattern("a\ud800+")), "regex-invalid"),
        (Leaf(USER, "regexp", Pattern("(a{900}){900}")), "regex-invalid"),
        (Leaf(USER, "regexp", Pattern("a" * LONGEST_PATTERN + "+")), "regex-too-long"),
        (Leaf(USER, "equals", Network("10.0.0.0/99")), "network-invalid"),
        (Leaf(USER, "in", Values((Network("::g"),))), "network-invalid"),
        (Leaf(USER, "greater", Text("a")), "engine-operand"),
        (Leaf(USER, "greater", Network("10.0.0.0/8")), "engine-operand"),
        (Leaf(USER, "between", Range(Text("a"), Text("b"))), "engine-operand"),
        (Leaf(USER, "between", Range(Network("10.0.0.1"), Network("::1"))), "engine-operand"),
        (Leaf(USER, "between", Range(Number(1), Network("10.0.0.1"))), "engine-operand"),
        (Leaf(USER, "contain", Number(5)), "engine-operand"),
        (Leaf(USER, "in", Text("x" * 10_000)), "engine-operand"),
        (Leaf(USER, "is_null", Text("x")), "engine-operand"),
        (Leaf(Call("SUB_STR", (USER, Number(1))), "equals", Number(1)), "function-unsupported"),
        (Leaf(Call("LEN", (USER, Number(1))), "equals", Number(1)), "function-arguments"),
        (Leaf(Call("LEN", (USER,), distinct=True), "equals", Number(1)), "function-arguments"),
    ],
)
def test_what_has_no_meaning_is_an_error(leaf: Leaf, code: str) -> None:
    with pytest.raises((InputError, Refused)) as caught:
        compile_filter(leaf, DEFAULT)
    assert caught.value.code == code
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("operator", ["contain", "regexp", "in", "between", "is_null"])
def test_only_comparisons_take_another_attribute(operator: str) -> None:
    with pytest.raises(Refused, match="engine-operand"):
        compile_filter(Leaf(Attribute("user"), operator, Attribute("host")), DEFAULT)


@pytest.mark.parametrize("regex", ["(x+x+)+y", "(a|aa)+$", "(.*){20}z"])
def test_catastrophic_patterns_are_linear(regex: str) -> None:
    assert compile_pattern(regex, ignore_case=True).search("x" * 200_000) is None


@pytest.mark.parametrize("value", [[], {}, b"x", 2**300, object()])
def test_hostile_values_are_input_errors(value: object) -> None:
    with pytest.raises(InputError, match="event-value"):
        compile_filter(ALWAYS, DEFAULT)({"user": value})  # type: ignore[dict-item] - that is the point


def test_half_a_surrogate_pair_is_searched() -> None:
    assert compile_filter(parsed('user REGEXP "^a.b+$"'), DEFAULT)({"user": "a\ud800b"}) is True


@pytest.mark.parametrize(
    "text", ["9" * 5000, "1e99999", "-", ".", "", "1_000", "\u0661", " 1", "1e", "nan", "inf"]
)
def test_not_a_number(text: str) -> None:
    assert to_number(text) is None


@pytest.mark.parametrize(("value", "text"), [(5.0, "5"), (1e300, "1e+300"), (-0.5, "-0.5"), (False, "false")])
def test_numbers_as_text(value: float, text: str) -> None:
    assert as_text(value) == text


def test_folding_keeps_length() -> None:
    assert [fold(each) for each in ("ẞ", "İ", "ŉ", "Σς", "\u212a")] == ["ß", "İ", "ŉ", "\u03c3" * 2, "k"]


def test_word_beginnings_on_the_raw_message() -> None:
    dialect = having(DEFAULT, "contain.word_prefix_on_raw_message", value=True)
    check = compile_filter(parsed('rawEventMsg CONTAIN "dows"'), dialect)
    assert check({"rawEventMsg": "Microsoft Windows"}) is False
    assert check({"rawEventMsg": "Windows dowsing"}) is True
    assert compile_filter(parsed('model CONTAIN "dows"'), dialect)({"model": "Microsoft Windows"}) is True


def test_anchored_patterns() -> None:
    dialect = having(DEFAULT, "regexp.anchored", value=True)
    for regex in ("cmd", "cmd|pwsh", "c.d"):
        check = compile_filter(Leaf(Attribute("procName"), "regexp", Pattern(regex)), dialect)
        assert check({"procName": "CMD"}) is True
        assert check({"procName": "cmd.exe"}) is False


def test_a_dot_that_matches_a_line_break() -> None:
    dialect = having(DEFAULT, "regexp.dot_matches_newline", value=True)
    for regex, holds in (("a.b", True), ("^.*b", True), ("a.*$", True), (".*b", True), ("a$", False)):
        check = compile_filter(Leaf(Attribute("text"), "regexp", Pattern(regex)), dialect)
        assert check({"text": "a\nb"}) is holds


def test_groups_come_from_the_context() -> None:
    context = Context(groups={"G": ("srv01", "10.0.0.0/8")})
    check = compile_filter(parsed("host IN (Group@G)"), DEFAULT, context)
    assert [check({"host": host}) for host in ("SRV01", "10.9.9.9", "srv02")] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ('eventType = "A"', {"A"}),
        ('eventType IN ("A","B")', {"A", "B"}),
        ('eventType IN ("A",Group@G)', None),
        ('eventType != "A"', None),
        ('eventType NOT IN ("A","B")', None),
        ('eventType CONTAIN "A"', None),
        ('user = "x" AND eventType = "A"', {"A"}),
        ('eventType IN ("A","B") AND eventType = "A"', {"A"}),
        ('(eventType = "A" AND user = "x") OR eventType = "B"', {"A", "B"}),
        ('eventType = "A" OR user = "x"', None),
    ],
)
def test_event_types_that_a_filter_pins(text: str, types: set[str] | None) -> None:
    assert pinned_event_types(parsed(text)) == types


def test_pinned_types_of_neutral_expressions() -> None:
    assert pinned_event_types(ALWAYS) is None
    assert pinned_event_types(NEVER) == frozenset()
    assert pinned_event_types(Not(parsed('eventType = "A"'))) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("COUNT(*) >= 1", True),
        ("COUNT(*) > 0", True),
        ("COUNT(*) >= 2", False),
        ("COUNT(*) != 1", False),
        ("COUNT(*) >= 1 AND COUNT(*) < 5", True),
        ("COUNT(*) >= 5 OR COUNT(*) = 1", True),
    ],
)
def test_aggregates_of_one_event(text: str, holds: bool) -> None:
    assert holds_for_one_event(parsed(text)) is holds


@pytest.mark.parametrize(
    "text", ["COUNT(DISTINCT user) >= 1", "MAX(a) > 5", "COUNT(user) >= 1", "COUNT(*) > AVG(a)"]
)
def test_other_aggregates_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="engine-aggregate"):
        compile_rule(rule('user = "a"', text), DEFAULT)


def test_rules_of_several_events_are_refused() -> None:
    with pytest.raises(Refused, match="engine-aggregate"):
        compile_rule(rule('user = "a"', "COUNT(*) >= 5"), DEFAULT)
    one = rule('user = "a"')
    two = replace(one, sub_patterns=one.sub_patterns * 2, relations=(Relation("AND"),))
    for each in (
        two,
        replace(one, sub_patterns=()),
        replace(one, global_constraint=parsed("A.user = A.user")),
    ):
        with pytest.raises(Refused, match="engine-multi-pattern"):
            compile_rule(each, DEFAULT)


def test_compiled_rule() -> None:
    compiled = compile_rule(rule('eventType = "A" AND user = "root"'), DEFAULT)
    assert compiled.matches({"eventType": "A", "user": "Root"}) is True
    assert compiled.matches({"eventType": "A", "user": "alice"}) is False
    assert compiled.event_types == {"A"}


def test_rule_that_cannot_be_told_says_so() -> None:
    compiled = compile_rule(rule("user IN (Group@G)"), DEFAULT)
    with pytest.raises(Refused, match="cannot-evaluate"):
        compiled.matches({"user": "x"})


def test_rule_set_asks_rules_of_the_event_type() -> None:
    texts = [
        'eventType = "A"',
        'eventType IN ("B","a")',
        'user = "root"',
        'eventType = "B" AND user = "root"',
    ]
    rules = RuleSet([compile_rule(rule(text), DEFAULT) for text in texts])
    assert rules.firing({"eventType": "A", "user": "root"}) == [0, 1, 2]
    assert rules.firing({"eventType": "a"}) == [0, 1]
    assert rules.firing({"eventType": "B", "user": "root"}) == [1, 2, 3]
    assert rules.firing({"eventType": "C", "user": "root"}) == [2]
    assert rules.firing({"user": "root"}) == [2]
    assert rules.firing({"user": "root", "eventType": None}) == [2]
    assert rules.candidates("b") == (1, 2, 3)


def test_rule_set_reports_what_cannot_be_told() -> None:
    rules = RuleSet([compile_rule(rule(text), DEFAULT) for text in ("user IN (Group@G)", 'user = "x"')])
    verdicts = dict(rules.verdicts({"user": "x"}))
    assert isinstance(verdicts[0], Undecided)
    assert verdicts[1] is True
    with pytest.raises(Refused, match="cannot-evaluate"):
        rules.firing({"user": "x"})


def test_explanation_has_a_verdict_and_a_value_for_each_leaf() -> None:
    expr = parsed('eventType = "A" AND (user = "root" OR user = targetUser) AND host IN (Group@G)')
    step = explain(expr, {"eventType": "A", "user": "alice", "host": "h"}, DEFAULT)
    assert list(step.lines()) == [
        "false     all of",
        """  true      eventType = "A"  [eventType is 'A']""",
        "  false     any of",
        """    false     user = "root"  [user is 'alice']""",
        """    false     user = targetUser  [user is 'alice', targetUser absent]""",
        """  undecided host IN (Group@G)  [host is 'h', the members of G are not known]""",
    ]
    data = step.data()
    assert data["conditions"][2]["reason"] == "the members of G are not known"
    assert data["conditions"][1]["conditions"][1]["values"] == {"user": "alice", "targetUser": None}
    labels = [str(child.label) for child in step.tree().children]
    assert labels[0] == """true eventType = "A"  eventType is 'A'"""


def test_explanation_shortens_long_values() -> None:
    step = explain(And((parsed("a IS NULL"), Not(Or(())))), {"a": "x" * 10_000}, DEFAULT)
    assert max(map(len, step.lines())) < 250
    assert step.data()["conditions"][0]["values"] == {"a": "x" * 10_000}
    assert step.verdict is False


def test_calls_in_explanations_show_their_attributes() -> None:
    leaf = Leaf(Call("LEN", (Attribute("user"),)), "greater", Attribute("limit"))
    assert list(explain(leaf, {"user": "abc", "limit": 2}, DEFAULT).lines()) == [
        "true      LEN(user) > limit  [user is 'abc', limit is '2']"
    ]


def test_times_of_a_range_are_local() -> None:
    context = Context(time_zone=ZoneInfo("Europe/Berlin"))
    check = compile_filter(parsed("t BETWEEN (01:00 01/01/1970, 01:01 01/01/1970)"), DEFAULT, context)
    assert [check({"t": seconds}) for seconds in (-1, 0, 60, 61)] == [False, True, True, False]


TYPES = {"name": "STRING", "port": "UINT16", "ratio": "DOUBLE", "address": "IP", "when": "DATE"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "a" AND name CONTAIN "b" AND name REGEXP "c" AND name IN ("d",Group@G)', []),
        ("port = 80 AND port IN (80,443) AND port > 5 AND ratio BETWEEN (0.5, 1.5)", []),
        ("address = 10.0.0.0/8 AND address BETWEEN (10.0.0.1, 10.0.0.9) AND address > 10.0.0.1", []),
        ("when BETWEEN (18:35 03/17/2014, 18:35 03/26/2014) AND when > 5 AND when IS NOT NULL", []),
        ("LEN(nobody) > 5 AND name IS NULL AND port = name", []),
        ("nobody = 5 OR nobody = 6", ["'nobody' is not in FortiSIEM's catalogue of attributes"]),
        ("name > 5", ["'name' is of type STRING, which > is not documented for"]),
        ("name BETWEEN (1, 5)", ["'name' is of type STRING, which BETWEEN is not documented for"]),
        ('port CONTAIN "8"', ["'port' is of type UINT16, which CONTAIN is not documented for"]),
        ('address NOT REGEXP "^10"', ["'address' is of type IP, which REGEXP is not documented for"]),
        ("when = 5", ["'when' is of type DATE, which = is not documented for"]),
        ("when IN (5,6)", ["'when' is of type DATE, which IN is not documented for"]),
        ("name = 10.0.0.0/8", ["'name' is of type STRING and compared with a number or an address"]),
        ('name IN ("a",5)', ["'name' is of type STRING and compared with a number or an address"]),
    ],
)
def test_tests_that_do_not_suit_a_type_are_remarked(text: str, expected: list[str]) -> None:
    assert list(remarks(rule(text), TYPES)) == expected


def test_clear_conditions_are_looked_at_too() -> None:
    clear = ClearPattern(60, rule("nobody = 1").sub_patterns)
    assert len(list(remarks(replace(rule('name = "a"'), clear=clear), TYPES))) == 1
