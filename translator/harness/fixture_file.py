"""What a fixture file may hold, and how it is read. See docs/fixtures.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from translator.errors import InputError, Location
from translator.harness.events import Form
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import read_yaml_file
from translator.sources.sigma import RuleSource


class FixtureEvent(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One event and the verdict that it must get."""

    event: Annotated[dict[str, Any], Meta(description="the event, in the form that 'as' names")]
    fires: Annotated[bool, Meta(description="whether the rule must fire on it")]
    why: Annotated[str, Meta(description="what the event shows, for the reader of a failure")]
    form: Annotated[
        Form, Meta(description="raw: as collected; sigma: Sigma fields; fortisiem: FortiSIEM attributes")
    ] = msgspec.field(name="as")


class SequenceEvent(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One event of a sequence, and whether the correlation must fire at it."""

    at: Annotated[int | float, Meta(description="its time in seconds; times do not fall")]
    event: Annotated[dict[str, Any], Meta(description="the event, in the form that 'as' names")]
    fires: Annotated[bool, Meta(description="whether the rule must fire at it")] = False
    why: Annotated[str, Meta(description="what the event shows, for the reader of a failure")] = ""
    form: Annotated[
        Form, Meta(description="raw: as collected; sigma: Sigma fields; fortisiem: FortiSIEM attributes")
    ] = msgspec.field(name="as", default="sigma")
    of: Annotated[
        str, Meta(description="the rule of whose log source Sigma fields are; without it, the first rule")
    ] = ""


class Sequence(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Events one after the other, as a correlation sees them. Each sequence begins with nothing before it."""

    why: Annotated[str, Meta(description="what the sequence shows, for the reader of a failure")]
    events: Annotated[list[SequenceEvent], Meta(min_length=1, description="in the order of their times")]


class FixtureFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A rule, and events with the verdict that each must get."""

    rule: Annotated[str | dict[str, Any], Meta(description="path beside this file, or the rule itself")]
    events: Annotated[
        list[FixtureEvent], Meta(min_length=1, description="for a rule about single events")
    ] = []
    sequences: Annotated[list[Sequence], Meta(min_length=1, description="for a correlation")] = []
    document: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="which rule, where the file holds several; counted from 1"),
    ] = None
    sources: Annotated[
        Literal["primary", "all"] | list[str],
        Meta(description="event types to translate for, as in --sources"),
    ] = "primary"
    placeholders: Annotated[
        dict[str, list[str | int]], Meta(description="values of %name%, as in --placeholders")
    ] = {}
    groups: Annotated[
        dict[str, str], Meta(description="groups that stand for %name%, as in --groups; members: its values")
    ] = {}
    refused: Annotated[str, Meta(description="code of the note that must refuse the rule")] = ""

    def __post_init__(self) -> None:
        if not self.events and not self.sequences:
            raise ValueError("Object missing required field `events`, or `sequences` for a correlation")


Fixture = Annotated[
    FixtureFile, Meta(extra_json_schema={"anyOf": [{"required": ["events"]}, {"required": ["sequences"]}]})
]
"""The same for a schema, where what holds between two keys is said apart."""


def read_fixture(path: Path) -> FixtureFile:
    """A fixture file.

    Raises: InputError(fixture-invalid) with the place inside the file, and as read_yaml_file.
    """
    documents = read_yaml_file(path)
    if len(documents) != 1:
        raise InputError(
            "fixture-invalid",
            f"the file has {len(documents)} documents",
            Location(str(path)),
            "write one fixture per file",
        )
    content: Mapping[str, Any] = documents[0].content
    try:
        return msgspec.convert(content, FixtureFile)
    except msgspec.ValidationError as error:
        raise InputError(
            "fixture-invalid", str(error), Location(str(path)), "see docs/fixtures.md"
        ) from error


def check_kind(fixture: FixtureFile, source: RuleSource) -> None:
    """A correlation is shown by sequences, any other rule by events.

    Raises: InputError(fixture-invalid).
    """
    about = isinstance(source, CorrelationSource)
    needed, other = ("sequences", "events") if about else ("events", "sequences")
    if not getattr(fixture, needed) or getattr(fixture, other):
        kind = "a correlation" if about else "a rule about single events"
        raise InputError("fixture-invalid", f"{kind} needs '{needed}' only", hint="see docs/fixtures.md")
