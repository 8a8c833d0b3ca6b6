"""A Sigma log source as the rest of the program reads it: its event types and fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from translator.taxonomy.schema import (
    Confidence,
    EventTypeByIdRow,
    LogSourceId,
    RawForm,
)
from translator.taxonomy.targets import AttributeTarget, ByEventTarget, Field, SplitTarget, Target, reach


@dataclass(frozen=True)
class EventType:
    """One event type that carries events of a log source, or a family of them.

    ``lacks``: attributes its events never have. ``fields``: fields stored elsewhere in its events.
    ``pattern``: a regular expression for the names of a family, whose ``name`` is no event type then.
    """

    name: str
    event_id: int | None
    channel: str | None
    primary: bool
    lacks: frozenset[str]
    fields: Mapping[str, Field]
    data_source: str
    confidence: Confidence
    source: str
    note: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class EventNames:
    """The event types of one event id. Not ``certain``: test event id and provider instead."""

    names: tuple[str, ...]
    certain: bool


@dataclass(frozen=True)
class LogSource:
    """One Sigma log source.

    ``by_id`` is the naming scheme of its event types, ``ids`` names those of single ids. ``prefix`` is what
    all its event types begin with, where there are too many to list; empty otherwise. ``families`` are
    further event types, each with a ``pattern`` instead of one name. ``raw_form`` is how the raw message
    writes a field. ``nearest`` says what comes close where there is no event type. ``path`` is the file that
    spoke last. ``left_out`` are event types that are not sure enough for the user.
    """

    key: str
    id: LogSourceId
    channels: tuple[str, ...]
    providers: tuple[str, ...]
    data_source: str
    impact: str
    event_types: tuple[EventType, ...]
    families: tuple[EventType, ...]
    by_id: EventTypeByIdRow | None
    ids: Mapping[int, tuple[str, ...]]
    fields: Mapping[str, Field]
    prefix: str
    raw_form: RawForm
    nearest: str
    note: str
    path: str
    left_out: tuple[str, ...] = ()

    def event_names(self, event_id: int, provider: str | None = None) -> EventNames | None:
        """The event types that events of this id get; None when the log source cannot tell.

        Listed event types come first, then single ids, then the naming scheme. Where the scheme holds the
        provider, single ids count for the provider they name and for a rule that names none; the scheme
        itself then needs the provider, or a log source that has but one.
        """
        listed = tuple(each.name for each in self.event_types if each.event_id == event_id)
        if listed:
            return EventNames(listed, certain=True)
        single = self.ids.get(event_id, ())
        named = self._named(event_id, provider)
        if single and (named is None or not provider or single[0].startswith(named.names[0])):
            return EventNames(single, certain=True)
        if single and self.by_id is not None and "{provider}" not in self.by_id.template:
            return EventNames(single, certain=True)
        return named

    def _named(self, event_id: int, provider: str | None) -> EventNames | None:
        """The event type after the naming scheme."""
        scheme = self.by_id
        if scheme is None:
            return None
        providers = (provider,) if provider else self.providers
        if "{provider}" in scheme.template and len(providers) != 1:
            return None
        name = scheme.template.format(
            event_id=event_id,
            provider=provider_name(providers[0], scheme) if providers else "",
            channel=self.channels[0] if self.channels else "",
        )
        return EventNames((name,), scheme.certain)

    def field(self, name: str) -> Field | None:
        """The field of that name; letter case decides only between fields that differ in nothing else."""
        return self.fields.get(name) or self._folded.get(name.casefold())

    def suggest(self, name: str) -> str | None:
        """A known field whose name looks like this one, for an error message."""
        close = get_close_matches(name.casefold(), self._folded, n=1, cutoff=0.75)
        return self._folded[close[0]].name if close else None

    @cached_property
    def always(self) -> frozenset[str]:
        """Attributes that the events of the primary event types always have."""
        found: set[str] = set()
        for row in self.fields.values():
            match row.target:
                case AttributeTarget(attribute, _, True):
                    found.add(attribute)
                case SplitTarget(head, tail, _, _, True):
                    found.update((head, tail))
        return frozenset(found)

    @cached_property
    def _folded(self) -> Mapping[str, Field]:
        return {name.casefold(): each for name, each in reversed(list(self.fields.items()))}


def provider_name(provider: str, scheme: EventTypeByIdRow) -> str:
    """A provider as it stands in an event type: blanks become dashes, parentheses go."""
    known = scheme.provider_names.get(provider)
    return known if known is not None else provider.replace(" ", "-").replace("(", "").replace(")", "")


def shared_attributes(log_source: LogSource, event_ids: Collection[int] = ()) -> dict[str, tuple[str, ...]]:
    """The attributes that hold more than one field of the log source, with those fields.

    Given ``event_ids``, only places that events of these ids use count.
    """
    held: dict[str, list[str]] = {}
    for name, each in log_source.fields.items():
        for attribute in _reached(each.target, event_ids):
            held.setdefault(attribute, []).append(name)
    return {attribute: tuple(names) for attribute, names in sorted(held.items()) if len(names) > 1}


def _reached(target: Target, event_ids: Collection[int]) -> frozenset[str]:
    targets: Iterable[Target | None] = (target,)
    if isinstance(target, ByEventTarget) and event_ids:
        targets = [target.of(event_id) for event_id in event_ids]
    return frozenset(
        name for each in targets if each is not None for _, names in reach(each) for name in names
    )
