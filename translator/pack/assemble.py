"""Translations to the rules of a pack: selected, named, changed by overrides, proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import msgspec

from translator.batch.record import Translated
from translator.batch.run import Run
from translator.dialect.profile import Dialect
from translator.errors import Location, TranslatorError
from translator.lowering.metadata import under_names
from translator.model.rule import CustomerScope, Rule
from translator.pack.apply import apply
from translator.pack.entries import Entries, Entry, below, read_entries
from translator.pack.naming import event_type, key_of, names
from translator.pack.overrides import Override, Overrides
from translator.pack.selection import selects, selects_path
from translator.pack.settings import Settings
from translator.render.registry import Page
from translator.render.roundtrip import prove_round_trip
from translator.taxonomy.attack import from_tags
from translator.translate import render

DUPLICATE = "duplicate-id"
UNUSED = "override-unused"


@dataclass(frozen=True)
class Member:
    """One rule of a pack. ``digest`` is the SHA-256 of its document alone, ``size`` the bytes of that."""

    translated: Translated
    entry: Entry
    key: str
    rule: Rule
    override: Override
    digest: str
    size: int

    @property
    def page(self) -> Page:
        """What renderers need."""
        return Page(self.rule, from_tags(self.translated.tags), self.translated.link, self.translated.notes)


@dataclass(frozen=True)
class Assembled:
    """What a pack is made of. ``account`` has all selected rules, and errors, in the order of the files.

    ``errors`` are files and documents that could not be read, ``unused`` overrides for rules that the pack
    does not have, ``not_selected`` the other rules of files that were selected. Paths are those below the
    folder of the run.
    """

    members: tuple[Member, ...]
    account: tuple[Translated | TranslatorError, ...]
    errors: tuple[TranslatorError, ...]
    unused: tuple[TranslatorError, ...]
    not_selected: tuple[Translated, ...] = ()


def assemble(
    files: Sequence[Path],
    root: Path,
    run: Run,
    settings: Settings,
    overrides: Overrides,
    step: Callable[[], None] = lambda: None,
) -> Assembled:
    """The rules of the files as the settings want them. ``step`` is called as each file is ready.

    Raises: InputError(overrides-invalid) for an override that does not fit its rule.
    """
    chosen = [file for file in files if selects_path(settings.select, below(file, root))]
    entries = read_entries(chosen, root)
    found = [item for result in run.results(chosen, step) for item in result.items]
    not_selected: list[Translated] = []
    account = tuple(_selected(found, entries, settings, root, not_selected))
    unique, errors = _once(account)
    dialect = run.options.settings.emission.dialect
    rules = [each for each in unique if each[0].rule is not None]
    wanted = names(settings.prefix, [translated for translated, _ in rules], dialect)
    members = tuple(
        _member(*pair, name, run, settings, overrides) for pair, name in zip(rules, wanted, strict=True)
    )
    _check_names(members, overrides)
    unused = _unused(overrides, members, [translated for translated, _ in unique])
    items = tuple(each for each, _ in account)
    return Assembled(members, items, errors, tuple(unused), tuple(not_selected))


_Pair = tuple[Translated | TranslatorError, Entry | None]


def _selected(
    found: Iterable[Translated | TranslatorError],
    entries: Entries,
    settings: Settings,
    root: Path,
    left: list[Translated],
) -> Iterator[_Pair]:
    """What is selected, with paths below the folder; the other rules go to ``left``."""
    for each in found:
        if isinstance(each, TranslatorError):
            yield _below(each, root), None
            continue
        entry = entries[each.path, each.line]
        moved = msgspec.structs.replace(each)
        moved.path = entry.path
        if selects(settings.select, each, entry):
            yield moved, entry
        else:
            left.append(moved)


def _below(error: TranslatorError, root: Path) -> TranslatorError:
    if error.location is None:
        return error
    place = replace(error.location, path=below(error.location.path, root))
    return type(error)(error.code, error.cause, place, error.hint)


def _once(
    account: Sequence[_Pair],
) -> tuple[list[tuple[Translated, Entry]], tuple[TranslatorError, ...]]:
    """Each condition of each Sigma id once: updates and overrides could not tell two of them apart."""
    places: dict[tuple[str, int], Location] = {}
    unique, errors = [], []
    for each, entry in account:
        if isinstance(each, TranslatorError):
            errors.append(each)
            continue
        assert entry is not None
        key = key_of(each.id, each.title), each.index
        if key in places:
            cause = f"the rule has the id of {places[key]}: {key[0]}"
            errors.append(TranslatorError(DUPLICATE, cause, each.location, "give it an id of its own"))
            continue
        places[key] = each.location
        unique.append((each, entry))
    return unique, tuple(errors)


def _member(
    translated: Translated, entry: Entry, name: str, run: Run, settings: Settings, overrides: Overrides
) -> Member:
    assert translated.rule is not None
    key = key_of(translated.id, translated.title)
    dialect = run.options.settings.emission.dialect
    rule = _as_settings_want(translated.rule, name, key, translated.index, settings, dialect)
    rule = apply(rule, translated.id.lower(), overrides, run.options.settings.taxonomy, dialect)
    text = render([Page(rule, from_tags(()))])
    prove_round_trip(rule, text)
    data = text.encode()
    override = overrides.by_id.get(translated.id.lower(), Override())
    return Member(translated, entry, key, rule, override, sha256(data).hexdigest(), len(data))


def _as_settings_want(
    rule: Rule, name: str, key: str, index: int, settings: Settings, dialect: Dialect
) -> Rule:
    named = under_names(rule, name, event_type(settings.prefix, key, index), dialect)
    customers = settings.customers
    return replace(
        named,
        group=settings.group or named.group,
        active=settings.active,
        scope=CustomerScope(customers.apart, customers.include, customers.exclude),
    )


def _check_names(members: Sequence[Member], overrides: Overrides) -> None:
    """Names are unique until somebody gives a title that is taken; event types always are."""
    taken: dict[str, Member] = {}
    for member in members:
        other = taken.setdefault(member.rule.name.casefold(), member)
        if other is not member:
            changed = member if member.override.title else other
            cause = f"'{member.rule.name}' is the name of two rules: {other.key}, {member.key}"
            raise overrides.error(changed.key, cause, ("title",))
    types = {member.rule.incident.event_type for member in members}
    if len(types) != len(members):
        raise AssertionError("two rules have one event type")


def _unused(
    overrides: Overrides, members: Sequence[Member], translated: Sequence[Translated]
) -> Iterator[TranslatorError]:
    used = {member.translated.id.lower() for member in members}
    refused = {each.id.lower() for each in translated}
    for id_ in overrides.by_id:
        if id_ not in used:
            why = "the rule is refused" if id_ in refused else "no rule of the pack has this id"
            hint = "it is kept, and counts as soon as the rule is there"
            yield TranslatorError(UNUSED, why, overrides.location(id_), hint)
