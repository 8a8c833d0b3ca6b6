"""The rows of the taxonomy as they stand in the data files.

These types describe the YAML alone; ``fields`` and ``lookup`` turn them into what the rest of the
program reads. Every row says how sure it is and where that is written, because a mapping is a fact
about someone else's product and somebody will ask.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import re2

Confidence = Literal["documented", "parser", "observed", "guess"]
"""How a fact is known.

``documented``: the vendor's data model or a rule the vendor published prints it.
``parser``: read in a parser of the vendor. ``observed``: seen in stored events.
``guess``: neither, but the name suggests it.
"""

Role = Literal["event_id", "provider", "channel"]
"""A field that selects the kind of event, and so may become part of the event type."""


RawForm = Literal["xml", "json", "key_value", "audit", "text"]
"""How the raw message of a log source writes a field; ``text``: nothing in it tells the field.

``audit`` is ``key_value`` as the Linux audit system has it: values with blanks, quotes or other letters than
those of ASCII stand in hexadecimal.
"""

EVENT_TYPE = "eventType"
"""The attribute that says what kind of event it is."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all rows share: unknown keys are mistakes."""


def check_pattern(pattern: str) -> None:
    """Refuse what is no regular expression of RE2, or could match anywhere.

    Raises: ValueError.
    """
    if not pattern.startswith("^"):
        raise ValueError(f"the pattern '{pattern}' does not begin with '^', so it could match anywhere")
    try:
        re2.compile(pattern)
    except re2.error as problem:
        raise ValueError(f"'{pattern}' is no regular expression: {problem}") from problem


class SplitRow(Row, frozen=True, kw_only=True):
    """A value stored in two attributes: text before the separator and text after it.

    ``lone`` says which of them has a text without the separator.
    """

    head: str
    tail: str
    separator: str
    at: Literal["first", "last"]
    lone: Literal["head", "tail"] = "tail"

    def __post_init__(self) -> None:
        if len(self.separator) != 1:
            raise ValueError(f"the separator has {len(self.separator)} characters, not one")


class UrlRow(Row, frozen=True, kw_only=True):
    """The address of a page, stored in three attributes; scheme and port are in none of them."""

    host: str
    path: str
    query: str


class EventTypePartRow(Row, frozen=True, kw_only=True):
    """A value that is part of the name of the event type.

    ``before`` and ``after`` are regular expressions for the rest of the name. ``replace`` says which texts
    of the value are written otherwise there, in this order. ``trims``: characters that are left off its end.
    """

    before: str
    after: str = ""
    replace: dict[str, str] = {}
    case: Literal["keep", "upper"] = "keep"
    trims: str = ""

    def __post_init__(self) -> None:
        check_pattern(f"{self.before}x{self.after}$")


class TargetRow(Row, frozen=True, kw_only=True):
    """Where a value is stored: exactly one of the forms.

    ``merges``: other values than those listed are stored as one of theirs. ``also``: further names that the
    raw message may have for the value of ``raw``, where collectors spell it in several ways.
    """

    attribute: str | None = None
    values: dict[str, str | int] | None = None
    merges: bool = False
    split: SplitRow | None = None
    url: UrlRow | None = None
    hashes: dict[str, str] | None = None
    event_type: EventTypePartRow | None = None
    raw: str | None = None
    also: tuple[str, ...] = ()
    raw_form: RawForm | None = None

    def __post_init__(self) -> None:
        given = [name for name in self.forms() if getattr(self, name) is not None]
        if len(given) != 1:
            wanted = ", ".join(self.forms())
            raise ValueError(f"needs exactly one of {wanted}; has {' and '.join(given) or 'none'}")
        if self.values is not None and self.attribute is None and self.event_type is None:
            raise ValueError("'values' replaces the values of an attribute, and none is named")
        if self.merges and self.values is None:
            raise ValueError("'merges' speaks of 'values', which is missing")
        if self.raw_form is not None and self.raw is None:
            raise ValueError("'raw_form' says how the raw message writes a field, and 'raw' is missing")
        if self.also and self.raw is None:
            raise ValueError("'also' names the field in the raw message too, and 'raw' is missing")
        if self.event_type is not None and any(isinstance(to, int) for to in (self.values or {}).values()):
            raise ValueError("'values' puts a number into the name of an event type")

    @staticmethod
    def forms() -> tuple[str, ...]:
        """The keys of which exactly one must be given."""
        return ("attribute", "split", "url", "hashes", "event_type", "raw")

    def attributes(self) -> tuple[str, ...]:
        """The attributes that the row itself names, not those of its branches."""
        if self.split is not None:
            return (self.split.head, self.split.tail)
        if self.url is not None:
            return (self.url.host, self.url.path, self.url.query)
        if self.hashes is not None:
            return tuple(self.hashes.values())
        if self.event_type is not None:
            return (EVENT_TYPE,)
        return (self.attribute,) if self.attribute is not None else ()


class BranchRow(TargetRow, frozen=True, kw_only=True):
    """Where a value is stored in the events of some ids."""

    event_ids: tuple[int, ...]


class FieldRow(TargetRow, frozen=True, kw_only=True):
    """One Sigma field of one log source.

    ``falls_back``: where an event lacks the field, the parser fills its attribute with something else.
    """

    by_event: tuple[BranchRow, ...] | None = None
    otherwise: TargetRow | None = None
    role: Role | None = None
    always: bool = False
    dash: Literal["drop", "keep"] = "drop"
    falls_back: bool = False
    aliases: tuple[str, ...] = ()
    note: str = ""
    confidence: Confidence
    source: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.otherwise is not None and self.by_event is None:
            raise ValueError("'otherwise' belongs to 'by_event', which is missing")

    @staticmethod
    def forms() -> tuple[str, ...]:
        """The keys of which exactly one must be given."""
        return (*TargetRow.forms(), "by_event")


class EventTypeRow(Row, frozen=True, kw_only=True):
    """One event type that carries events of a log source.

    ``lacks`` names attributes that the events of this type never have; ``fields`` replaces rows of
    the log source that are stored elsewhere in them.
    """

    name: str
    event_id: int | None = None
    channel: str | None = None
    data_source: str | None = None
    primary: bool = False
    lacks: tuple[str, ...] = ()
    fields: dict[str, FieldRow] = {}
    note: str = ""
    confidence: Confidence
    source: str


class EventTypeFamilyRow(Row, frozen=True, kw_only=True):
    """Event types of a log source that are too many to list, told by what their names look like.

    ``pattern`` is a regular expression of RE2 that begins with ``^``; ``name`` is what to call them. The
    rest is as for a single event type.
    """

    name: str
    pattern: str
    data_source: str | None = None
    primary: bool = False
    lacks: tuple[str, ...] = ()
    fields: dict[str, FieldRow] = {}
    note: str = ""
    confidence: Confidence
    source: str

    def __post_init__(self) -> None:
        check_pattern(self.pattern)


class EventTypeByIdRow(Row, frozen=True, kw_only=True):
    """How the event types of a log source are named after the event id.

    ``template`` may hold ``{event_id}``, ``{provider}`` and ``{channel}``. ``certain`` says that the
    name is known to be made so; where it is not, a rule had better test event id and provider.
    ``provider_names`` are providers that appear under another name in the event type.
    """

    template: str
    certain: bool
    provider_names: dict[str, str] = {}
    note: str = ""
    confidence: Confidence
    source: str

    def __post_init__(self) -> None:
        try:
            self.template.format(event_id=0, provider="", channel="")
        except (KeyError, IndexError, ValueError, AttributeError) as problem:
            raise ValueError(
                f"template '{self.template}' may hold {{event_id}}, {{provider}} and {{channel}} only"
            ) from problem


class LogSourceId(Row, frozen=True, kw_only=True):
    """What a Sigma rule says in its ``logsource``."""

    product: str | None = None
    category: str | None = None
    service: str | None = None

    def __post_init__(self) -> None:
        if not (self.product or self.category or self.service):
            raise ValueError("names neither product nor category nor service")


class LogSourceHead(Row, frozen=True, kw_only=True):
    """A log source without its event types and fields, which are read one at a time.

    ``event_type_ids`` names the event types of single ids, where the scheme of ``event_type_by_id`` does
    not tell them or there is none. ``prefix`` is what all event types of a source begin with that has too
    many to list. ``nearest`` says what comes close where there is no event type at all.
    """

    logsource: LogSourceId
    channels: tuple[str, ...] | None = None
    providers: tuple[str, ...] | None = None
    data_source: str | None = None
    impact: str | None = None
    event_type_by_id: EventTypeByIdRow | None = None
    event_type_ids: dict[int, tuple[str, ...]] | None = None
    prefix: str | None = None
    raw_form: RawForm | None = None
    nearest: str | None = None
    include: tuple[str, ...] = ()
    note: str = ""
    date: str = ""


class CatalogueRow(Row, frozen=True, kw_only=True):
    """The attributes of FortiSIEM by type; ``custom`` ones are not part of the product."""

    types: dict[str, tuple[str, ...]]
    custom: tuple[str, ...] = ()
    note: str = ""
    confidence: Confidence
    source: str
    date: str
