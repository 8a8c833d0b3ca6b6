"""One leaf of a filter as a check of an event."""

from __future__ import annotations

from collections.abc import Callable

from translator.dialect.profile import Dialect
from translator.engine.context import Context
from translator.engine.predicates import Form, Predicate, Setting, operand_refused, predicate
from translator.engine.terms import Read, reader
from translator.engine.values import Record, to_address, to_number
from translator.engine.verdict import Check, Undecided, Verdict
from translator.model.expr import Attribute, Term, Test
from translator.operators import BY_NAME, Operator, Shape


def on_absent(test: Test, dialect: Dialect) -> bool:
    """The verdict for an absent attribute: the operator's, and for a negation the dialect's."""
    row = BY_NAME[test.operator]
    return not test.negated if row.on_absent else test.negated and dialect.absent_satisfies_negation


def compile_test(test: Test, dialect: Dialect, context: Context) -> Check:
    """The leaf as a check.

    Raises: Refused(engine-operand, function-unsupported, function-arguments);
    InputError(regex-invalid, regex-too-long, network-invalid).
    """
    absent = on_absent(test, dialect)
    if isinstance(test.operand, Term):
        return _two_terms(test, absent, dialect, context)
    made = predicate(test, dialect, context)
    if made.missing is None and isinstance(test.term, Attribute):
        return _on_attribute(test.term.name, made, absent, test.negated)
    return _on_term(reader(test.term, context), made, absent, test.negated)


def _on_attribute(name: str, made: Predicate, absent: bool, negated: bool) -> Check:
    """The common leaves, without a step that they do not need: a rule set runs them millions of times."""
    holds, operand = made.holds, made.operand
    match made.form:
        case Form.FOLDED:

            def folded(record: Record) -> Verdict:
                value = record.folded.get(name)
                return absent if value is None else holds(value, operand) is not negated

            return folded
        case Form.TEXT:

            def text(record: Record) -> Verdict:
                value = record.text.get(name)
                return absent if value is None else holds(value, operand) is not negated

            return text
        case form:

            def converted(record: Record) -> Verdict:
                value = record.text.get(name)
                if value is None:
                    return absent
                read = form.of(value)
                return negated if read is None else holds(read, operand) is not negated

            return converted


def _on_term(read: Read, made: Predicate, absent: bool, negated: bool) -> Check:
    """Any leaf: a function's result, or an operand of which a part may be missing."""

    def check(record: Record) -> Verdict:
        value = read(record)
        if not isinstance(value, str):
            return absent if value is None else value
        form = made.form.of(value)
        if form is not None and made.holds(form, made.operand):
            return not negated
        return negated if made.missing is None else made.missing

    return check


def _two_terms(test: Test, absent: bool, dialect: Dialect, context: Context) -> Check:
    """Two parts of the same event: as numbers when both are numbers, as addresses, otherwise as text.

    Text has no order: an ordering of texts does not hold.
    """
    row = BY_NAME[test.operator]
    if row.shape not in _COMPARABLE or not isinstance(test.operand, Term):
        raise operand_refused(test)
    left, right = reader(test.term, context), reader(test.operand, context)
    compare = _comparison(row, Setting(row, "", dialect, context))

    def check(record: Record) -> Verdict:
        one, other = left(record), right(record)
        if isinstance(one, Undecided):
            return one
        if isinstance(other, Undecided):
            return other
        if one is None or other is None:
            return absent
        return compare(one, other) is not test.negated

    return check


_COMPARABLE = (Shape.LITERAL, Shape.QUANTITY)


def _comparison(row: Operator, setting: Setting) -> Callable[[str, str], bool]:
    def compare(one: str, other: str) -> bool:
        for convert in (to_number, to_address):
            left, right = convert(one), convert(other)
            if left is not None and right is not None:
                return row.holds(left, right)
        return row.shape is Shape.LITERAL and row.holds(setting.text(one), setting.text(other))

    return compare
