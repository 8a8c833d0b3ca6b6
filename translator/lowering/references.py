"""One field compared with another one of the same event."""

from __future__ import annotations

from sigma.types import SigmaFieldReference

from translator import notes, operators
from translator.errors import Refused
from translator.lowering.context import Context
from translator.model.expr import NEVER, Attribute, Expr, Test
from translator.taxonomy.lookup import AttributeTarget, ByEventTarget, Field

_PARTS = {
    (False, False): "",
    (True, False): "startswith",
    (False, True): "endswith",
    (True, True): "contains",
}


def field_reference(name: str, reference: SigmaFieldReference, context: Context) -> Expr:
    """The test that two fields hold the same.

    Raises: Refused(fieldref-unsupported | fieldref-same-attribute).
    """
    part = _PARTS[reference.starts_with, reference.ends_with]
    if part:
        raise _unsupported(f"'{name}|{part}|fieldref: {reference.field}' compares a part of a value")
    left, right = (_one_attribute(each, context) for each in (name, reference.field))
    if left == right:
        cause = f"'{name}' and '{reference.field}' are both kept in {left}"
        raise Refused(notes.FIELDREF_SAME_ATTRIBUTE.name, cause)
    if {left, right} & context.lacks:
        context.note_lacking(f"{name} or no {reference.field}", name)
        return NEVER
    context.note(notes.FIELDREF_ASSUMED, f"{left} is compared with {right}", name)
    if all(not row.keeps_dash for row in map(context.field, (name, reference.field)) if row):
        text = f"an event in which both {name} and {reference.field} are '-' does not match"
        context.note(notes.DASH_IS_ABSENT, text, name, notes.Effect.NARROWER)
    return Test(Attribute(left), operators.EQUALS.name, Attribute(right))


def _one_attribute(name: str, context: Context) -> str:
    row: Field | None = context.field(name)
    targets = [row.target] if row else []
    if row is not None and isinstance(row.target, ByEventTarget):
        targets = [row.target.of(event_id) or row.target for event_id in context.event_ids or ()]
    found = {
        target.attribute if isinstance(target, AttributeTarget) and not target.values else ""
        for target in targets
    }
    if len(found) != 1 or "" in found:
        raise _unsupported(f"'{name}' is not kept in one attribute, so nothing can be compared with it")
    return found.pop()


def _unsupported(cause: str) -> Refused:
    return Refused(notes.FIELDREF_UNSUPPORTED.name, cause)
