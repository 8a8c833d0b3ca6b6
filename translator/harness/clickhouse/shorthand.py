"""Attributes as short columns of a subquery, so that thousands of conditions read each of them once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from translator.errors import Refused
from translator.render.sql.places import Place, place
from translator.render.sql.schema import Kind, SchemaFile
from translator.render.sql.texts import small


@dataclass
class Shorthand:
    """The columns that were asked for so far, by attribute: the place in the table and the short one."""

    schema: SchemaFile

    def __post_init__(self) -> None:
        self.taken: dict[str, tuple[Place, Place]] = {}

    def find(self, attribute: str) -> Place:
        """The attribute's columns in the subquery.

        Raises: Refused(sql-attribute).
        """
        if attribute not in self.taken:
            there, number = place(attribute, self.schema), len(self.taken)
            here = replace(
                there,
                value=f"v{number}",
                present=None if there.present is None else f"h{number}",
                small=f"s{number}" if _has_text(there) else "",
            )
            self.taken[attribute] = there, here
        return self.taken[attribute][1]

    def columns(self) -> list[str]:
        """What the subquery selects."""
        found: list[str] = []
        for there, here in self.taken.values():
            found.append(f"{there.value} AS {here.value}")
            if there.present is not None:
                found.append(f"{there.present} AS {here.present}")
            if here.small:
                found.append(f"{small(there, ['sk'])} AS {here.small}")
        return found

    def given(self, attribute: str) -> str:
        """What the outer query gives of an attribute: its value, NULL where the event lacks it."""
        here = self.find(attribute)
        if here.kind is Kind.TIME:
            return replace(here, value=f"toUnixTimestamp({here.value})").key()
        return here.key()


def _has_text(there: Place) -> bool:
    try:
        there.text()
    except Refused:
        return False
    return True
