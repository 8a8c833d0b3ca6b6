"""What the target assumes, as named profiles. Every entry carries its status and its source.

A profile is a YAML file in ``profiles/``; one that ``extends`` another states only what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from translator.errors import UsageError

Status = Literal["documented", "observed", "assumed"]
Checked = Literal["name", "title", "event_type"]
"""A text of a rule that may hold only some characters."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One assumption: its value, how sure it is, and where that was seen."""

    value: bool | int | str
    status: Status
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    summary: str
    entries: dict[str, Entry]
    extends: str | None = None


@dataclass(frozen=True)
class Dialect:
    """One profile. ``ignores_case`` holds the names of the operators that ignore letter case."""

    name: str
    summary: str
    entries: dict[str, Entry]

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def ignores_case(self) -> frozenset[str]:
        prefix = "case."
        return frozenset(
            key.removeprefix(prefix)
            for key, entry in self.entries.items()
            if key.startswith(prefix) and entry.value == "ignore"
        )

    @property
    def absent_satisfies_negation(self) -> bool:
        return self.entries["absent.satisfies_negation"].value is True

    @property
    def max_pattern_length(self) -> int:
        """Longest pattern in characters, the two quotes included."""
        return int(self.entries["regexp.max_length"].value)

    def characters(self, place: Checked) -> str:
        """The inside of a regular expression class: the characters allowed at this place."""
        return str(self.entries[f"{place}.characters"].value)


def profile_names() -> tuple[str, ...]:
    """The names of the shipped profiles, ``default`` first."""
    names = sorted(
        entry.name.removesuffix(".yaml")
        for entry in (resources.files(__package__) / "profiles").iterdir()
        if entry.name.endswith(".yaml")
    )
    return ("default", *(name for name in names if name != "default"))


@cache
def load_profile(name: str = "default") -> Dialect:
    """The profile of that name.

    Raises: UsageError(unknown-profile) when none is shipped under the name.
    """
    if name not in profile_names():
        raise UsageError(
            "unknown-profile",
            f"no dialect profile '{name}'",
            hint=f"choose from {', '.join(profile_names())}",
        )
    text = (resources.files(__package__) / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    file = msgspec.convert(yaml.safe_load(text), _File)
    inherited = load_profile(file.extends).entries if file.extends else {}
    return Dialect(file.name, file.summary, {**inherited, **file.entries})
