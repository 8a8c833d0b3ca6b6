"""Placeholders that stand for a CMDB group or a watch list, whose members FortiSIEM knows."""

from __future__ import annotations

from sigma.types import Placeholder, SigmaString, SigmaType

from translator import notes, operators
from translator.errors import Refused
from translator.lowering.holders import AddressHolder, NumberHolder, TextHolder
from translator.lowering.places import Place
from translator.model.expr import Attribute, Expr, Group, Test, Values


def group_of(value: SigmaType, groups: tuple[tuple[str, str], ...]) -> str:
    """The group that a value stands for; empty where it stands for none.

    Raises: Refused(placeholder-unresolved) where a placeholder of a group is only a part of the value, since
    a group holds whole values.
    """
    parts = value.s if groups and isinstance(value, SigmaString) else ()
    named = [dict(groups).get(part.name, "") for part in parts if isinstance(part, Placeholder)]
    if not any(named):
        return ""
    if len(parts) > 1:
        raise Refused(
            notes.PLACEHOLDER.name,
            f"a part of a value stands for the group {next(filter(None, named))}, which holds whole values",
            hint="give values with --placeholders instead",
        )
    return named[0]


def in_group(group: str, place: Place) -> Expr:
    """The value is a member of the group.

    Raises: Refused(placeholder-unresolved) where the field is not kept whole in one attribute.
    """
    holder = place.holder
    if not isinstance(holder, TextHolder | AddressHolder | NumberHolder):
        raise Refused(
            notes.PLACEHOLDER.name,
            f"the members of the group {group} cannot be looked for in {holder.words}",
            hint="give values with --placeholders instead",
        )
    place.note(notes.PLACEHOLDER_GROUP, f"the members of Group@{group} are taken for the values")
    return Test(Attribute(holder.attribute), operators.IN.name, Values((Group(group),)))
