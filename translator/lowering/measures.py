"""What a correlation compares with numbers, as an aggregate constraint."""

from __future__ import annotations

from typing import NamedTuple

from translator import notes, operators
from translator.aggregates import BY_SPELLING
from translator.errors import Refused
from translator.lowering.members import Attributes
from translator.lowering.settings import Recorder, Settings
from translator.model.expr import Attribute, Call, Expr, Number, Test, all_of
from translator.model.walk import tests
from translator.notes import Effect
from translator.sources.sections import Section


class Measure(NamedTuple):
    """An aggregate function, and what it takes."""

    function: str
    distinct: bool = False
    of_field: bool = True
    percentile: bool = False


MEASURES = {
    "event_count": Measure("COUNT", of_field=False),
    "value_count": Measure("COUNT", distinct=True),
    "value_sum": Measure("SUM"),
    "value_avg": Measure("AVG"),
    "value_median": Measure("PCTILE", percentile=True),
    "value_percentile": Measure("PCTILE", percentile=True),
}
"""Type of a correlation -> its aggregate. "Median is a percentile 50", says the Sigma specification."""
_MEDIAN = 50

_OPERATORS = {
    "gt": (operators.GREATER, False),
    "gte": (operators.GREATER_OR_EQUAL, False),
    "lt": (operators.LESS, False),
    "lte": (operators.LESS_OR_EQUAL, False),
    "eq": (operators.EQUALS, False),
    "neq": (operators.EQUALS, True),
}
_RISING = frozenset({"gt", "gte"})
_NUMERIC = ("UINT", "INT", "DOUBLE", "FLOAT")


def constraint(
    section: Section, measured: tuple[Attributes, ...], settings: Settings, recorder: Recorder
) -> Expr:
    """The aggregate constraint of a correlation that counts events or measures values.

    ``measured`` holds the attributes of its fields.

    Raises: Refused(aggregate-missing | correlation-field).
    """
    call = _call(section, measured, settings, recorder)
    if not all(word in _RISING for word, _ in section.bounds):
        recorder.add(notes.CORRELATION_BELOW, f"{section.type} is compared with an upper bound")
    tests = []
    for word, number in section.bounds:
        operator, negated = _OPERATORS[word]
        tests.append(Test(call, operator.name, Number(number), negated))
    return all_of(tests)


def _call(section: Section, measured: tuple[Attributes, ...], settings: Settings, recorder: Recorder) -> Call:
    measure = MEASURES[section.type]
    row = BY_SPELLING.get(measure.function)
    if row is None:
        raise Refused(notes.AGGREGATE_MISSING.name, f"{section.type} has no aggregate")
    if not measure.of_field:
        return Call(row.spelling, (Attribute("*"),))
    if len(measured) != 1:
        raise Refused(
            notes.AGGREGATE_MISSING.name, f"{section.type} of {len(measured)} fields has no aggregate"
        )
    attribute = _one(section, measured[0], recorder) if measure.distinct else measured[0][0]
    if not measure.distinct:
        _check_numeric(section, measured[0], settings, recorder)
    if row.status == "assumed":
        recorder.add(notes.AGGREGATE_ASSUMED, f"{row.spelling} of {attribute}")
    if measure.percentile:
        percentile = _MEDIAN if section.percentile is None else section.percentile
        if not percentile:
            raise Refused(notes.AGGREGATE_MISSING.name, "there is no percentile 0")
        return Call(row.spelling, (Attribute(attribute), Number(percentile)))
    return Call(row.spelling, (Attribute(attribute),), distinct=measure.distinct)


def _one(section: Section, found: Attributes, recorder: Recorder) -> str:
    """Of an account, its name is counted: fewer names than accounts."""
    if len(found) == 1:
        return found[0]
    words = {word for word, _ in section.bounds}
    if not (words <= _RISING or words <= {"lt", "lte"}):
        raise Refused(
            notes.CORRELATION_FIELD.name, f"the different values of '{section.fields[0]}' cannot be counted"
        )
    effect = Effect.NARROWER if words <= _RISING else Effect.WIDER
    text = f"accounts of one name in several domains count once ({found[1]} of '{section.fields[0]}')"
    recorder.add(notes.CORRELATION_ACCOUNT, text, effect)
    return found[1]


def _check_numeric(section: Section, found: Attributes, settings: Settings, recorder: Recorder) -> None:
    if len(found) != 1:
        raise Refused(notes.CORRELATION_FIELD.name, f"'{section.fields[0]}' is no number")
    kind = settings.taxonomy.attribute_type(found[0]) or ""
    if kind in ("IP", "DATE"):
        raise Refused(
            notes.CORRELATION_FIELD.name, f"'{section.fields[0]}' is kept in {found[0]}, of type {kind}"
        )
    if not kind.startswith(_NUMERIC):
        recorder.add(
            notes.AGGREGATE_ASSUMED, f"{section.type} of {found[0]}, which is of type {kind or 'unknown'}"
        )


def measured_attribute(aggregate: Expr) -> tuple[str, str]:
    """The incident attribute that shows what a constraint compares, and the aggregate as its source.

    Counts go to ``count``, values of an attribute to the attribute itself.
    """
    call = next(tests(aggregate)).term
    assert isinstance(call, Call)
    inside = ",".join(
        each.name if isinstance(each, Attribute) else f"{each.value}"
        for each in call.arguments
        if isinstance(each, Attribute | Number)
    )
    source = f"{call.function}({'DISTINCT ' if call.distinct else ''}{inside})"
    if call.function == MEASURES["event_count"].function:
        return "count", source
    return inside.partition(",")[0], source
