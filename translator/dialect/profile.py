"""What the target assumes, as named profiles. Every entry carries its status and its source.

A profile is a YAML file in ``profiles/``, or one of the user; one that ``extends`` another states only what
differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from translator.errors import Location, UsageError

Status = Literal["documented", "observed", "assumed"]
Checked = Literal["name", "title", "event_type"]
"""A text of a rule that may hold only some characters."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One assumption: its value, how sure it is, and where that was seen."""

    value: bool | int | str
    status: Status
    source: str


class ProfileFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A profile as it is written; ``version`` is that of the FortiSIEM on which entries were observed."""

    name: str
    summary: str
    entries: dict[str, Entry]
    extends: str | None = None
    version: str = ""


_MAX_BYTES = 1_000_000
_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Dialect:
    """One profile. ``ignores_case`` holds the names of the operators that ignore letter case."""

    name: str
    summary: str
    entries: dict[str, Entry]

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
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

    def holds(self, key: str) -> bool:
        """Whether the entry says yes."""
        return self.entries[key].value is True

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


def load_profile(name: str = "default") -> Dialect:
    """The shipped profile of that name, or the one in the file of that name.

    Raises: UsageError(unknown-profile) when none is shipped under the name and it is no path;
    UsageError(profile-invalid) for a file that is no profile.
    """
    if name in profile_names():
        return _shipped(name)
    if is_file_name(name):
        return _from_file(Path(name))
    raise UsageError(
        "unknown-profile",
        f"no dialect profile '{name}'",
        hint=f"choose from {', '.join(profile_names())}, or name a file",
    )


def is_file_name(name: str) -> bool:
    """Whether the name of a profile means a file: it has the suffix of one, or a folder before it."""
    return name.endswith(_SUFFIXES) or Path(name).name != name


@cache
def _shipped(name: str) -> Dialect:
    data = (resources.files(__package__) / "profiles" / f"{name}.yaml").read_bytes()
    return _dialect(msgspec.yaml.decode(data, type=ProfileFile))


def _dialect(file: ProfileFile) -> Dialect:
    inherited = _shipped(file.extends).entries if file.extends else {}
    return Dialect(file.name, file.summary, {**inherited, **file.entries})


def _from_file(path: Path) -> Dialect:
    """A profile of the user, which extends a shipped one, ``default`` unless it names another."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise _invalid(path, "it is too large to be a profile")
        file = msgspec.yaml.decode(data, type=ProfileFile)
    except OSError as error:
        raise _invalid(path, (error.strerror or type(error).__name__).lower()) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(path, " ".join(str(error).split())[:200]) from error
    if file.extends not in (None, *profile_names()):
        raise _invalid(path, f"it extends '{file.extends}', which is not shipped")
    known = _shipped("default").entries
    for key, entry in file.entries.items():
        if key not in known:
            raise _invalid(path, f"there is no entry '{key}'", f"entries are {', '.join(known)}")
        if type(entry.value) is not type(known[key].value):
            wanted = type(known[key].value).__name__
            raise _invalid(path, f"the value of '{key}' is {entry.value!r}, not of type {wanted}")
    return _dialect(msgspec.structs.replace(file, extends=file.extends or "default"))


def _invalid(path: Path, cause: str, hint: str = "make one with translate probe read") -> UsageError:
    return UsageError("profile-invalid", cause, Location(str(path)), hint)
