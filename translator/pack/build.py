"""A pack as the files that it is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from translator.batch.record import Translated
from translator.coverage.account import Account, Row, account
from translator.coverage.forms import as_json
from translator.coverage.navigator import layer
from translator.coverage.page import page
from translator.errors import TranslatorError
from translator.model.rule import Rule
from translator.notes import Effect
from translator.pack import guide, tables
from translator.pack.assemble import Assembled, Member
from translator.pack.layout import FOLDER, Placed, log_source, places
from translator.pack.manifest import (
    FORMAT,
    NAME,
    Left,
    Manifest,
    ManifestNote,
    ManifestRule,
    write_manifest,
)
from translator.pack.overrides import Overrides
from translator.pack.settings import Settings
from translator.pack.waves import Candidate, wave_of
from translator.render.registry import Page
from translator.taxonomy.attack import from_tags
from translator.translate import render

OVERRIDES = "overrides.yaml"
EVENTS_FOLDER = "events"
FIDELITY_PAGE, FIDELITY_JSON, NAVIGATOR = "fidelity.html", "fidelity.json", "navigator.json"
EVENT_TYPES, WAVES, GUIDE = "event-types.csv", "waves.csv", "IMPORT.md"


@dataclass(frozen=True)
class Events:
    """By event type of the rule: where in the pack its test event goes, and the file; or why it has none."""

    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


KEPT_FILE = f"{FOLDER}/kept.xml"


@dataclass(frozen=True)
class Kept:
    """A rule that stays as an earlier pack has it, and what that says of it."""

    entry: ManifestRule
    rule: Rule

    @property
    def page(self) -> Page:
        """What renderers need."""
        return Page(self.rule, from_tags(()))


@dataclass(frozen=True)
class Pack:
    """The manifest, and every file by its path in the pack, the manifest's included."""

    manifest: Manifest
    files: Mapping[str, bytes]


def build(
    assembled: Assembled,
    settings: Settings,
    overrides: Overrides,
    events: Events,
    program: str,
    kept: Sequence[Kept] = (),
) -> Pack:
    """The pack. The same arguments give the same bytes. ``program`` is this one's name and version.

    ``kept`` are rules that stay as they were; ``assembled`` must not have them as well.

    Raises: InputError(overrides-invalid) where overrides contradict each other.
    """
    found = account(assembled.account)
    rows = {(row.path, row.line, row.condition): row for row in found.rows}
    rule_files = _rule_files(assembled, settings)
    rules = tuple(
        _manifest_rule(member, file, rows, events)
        for file, members in rule_files.items()
        for member in members
    ) + tuple(msgspec.structs.replace(each.entry, file=KEPT_FILE) for each in kept)
    files = {file: _document(members) for file, members in rule_files.items()}
    if kept:
        files[KEPT_FILE] = render(each.page for each in kept).encode()
    files |= tables.lookup_tables(overrides, [each.sigma_id.lower() for each in rules])
    files |= dict(events.files.values())
    files |= {
        EVENT_TYPES: tables.event_types(rules),
        WAVES: tables.waves(rules),
        FIDELITY_PAGE: page(found, "the rules of this pack").encode(),
        FIDELITY_JSON: _json(as_json(found)),
        NAVIGATOR: _json(layer(_installed(found, rules), f"{settings.prefix} rules in FortiSIEM")),
    }
    if overrides.data:
        files[OVERRIDES] = overrides.data
    files[GUIDE] = guide.text(rules, settings, files).encode()
    manifest = Manifest(
        format=FORMAT,
        program=program,
        settings=msgspec.structs.replace(settings, overrides=None),  # they are in the pack
        rules=rules,
        refused=tuple(_refused(assembled)),
        unused_overrides=tuple(_left(error) for error in assembled.unused),
        files={path: sha256(files[path]).hexdigest() for path in sorted(files)},
    )
    return Pack(manifest, {**files, NAME: write_manifest(manifest)})


def _rule_files(assembled: Assembled, settings: Settings) -> dict[str, list[Member]]:
    """The rules of each file; files and rules in the order of the source files."""
    members = sorted(assembled.members, key=_order)
    placed = [Placed(member.translated, member.entry.path, member.size) for member in members]
    found: dict[str, list[Member]] = {}
    for member, file in zip(
        members, places(placed, settings.max_bytes, settings.one_file_per_rule), strict=True
    ):
        found.setdefault(file, []).append(member)
    return dict(sorted(found.items()))


def _order(member: Member) -> tuple[str, int, int]:
    return member.entry.path, member.entry.line or 0, member.translated.index


def _document(members: list[Member]) -> bytes:
    return render(member.page for member in members).encode()


def _manifest_rule(
    member: Member, file: str, rows: Mapping[tuple[str, int | None, int], Row], events: Events
) -> ManifestRule:
    translated, rule = member.translated, member.rule
    fidelity = rows[translated.path, translated.line, translated.index].status
    return ManifestRule(
        key=member.key,
        condition=translated.index,
        sigma_id=translated.id,
        title=translated.title,
        path=member.entry.path,
        line=translated.line,
        version=member.entry.changed,
        status=translated.status,
        level=translated.level,
        log_source=log_source(translated),
        name=rule.name,
        event_type=rule.incident.event_type,
        severity=rule.incident.severity,
        active=rule.active,
        wave=wave_of(Candidate(fidelity, translated.level, translated.status)),
        fidelity=fidelity.value,
        file=file,
        sha256_source=member.entry.digest,
        sha256=member.digest,
        replaces=member.entry.replaces,
        changed=member.override.changed,
        disabled=member.override.disabled,
        keep=member.override.keep,
        events=events.files.get(rule.incident.event_type, ("", b""))[0],
        no_event=events.why.get(rule.incident.event_type, ""),
        notes=tuple(
            ManifestNote(note.code, note.effect.value, note.text)
            for note in translated.remarks
            if note.effect is not Effect.INFO
        ),
    )


def _installed(found: Account, rules: tuple[ManifestRule, ...]) -> Account:
    """The account without rules that overrides disable: nobody sees their techniques."""
    disabled = {(each.path, each.line, each.condition) for each in rules if each.disabled}
    return Account(tuple(row for row in found.rows if (row.path, row.line, row.condition) not in disabled))


def _refused(assembled: Assembled) -> Iterator[Left]:
    for each in assembled.account:
        if isinstance(each, Translated) and not each.name:
            reasons = tuple(f"{note.code.name}: {note.text}" for note in each.refusals)
            yield Left(each.id, each.title, each.path, reasons)
    yield from map(_left, assembled.errors)


def _left(error: TranslatorError) -> Left:
    path = error.location.path if error.location else ""
    return Left("", "", path, (f"{error.code}: {error.cause}",))


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "backslashreplace")
