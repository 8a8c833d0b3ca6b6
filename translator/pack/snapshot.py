"""The accepted translations of a folder of rules, beside those of today.

A folder ``fortisiem_rules`` under version control holds for each Sigma file one rule document. What a new
release of this program, or an edit of a Sigma rule, changes about them is accepted on purpose or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from translator.batch.record import Translated
from translator.dialect.profile import Dialect
from translator.errors import InputError, TranslatorError
from translator.pack.decided import decided
from translator.pack.diff import Difference, Pair
from translator.pack.diff import compare as compare_known
from translator.pack.meaning.rules import UNCHANGED
from translator.pack.read import Found, Known, read_document
from translator.pack.turned import Made, Witnessed, turned
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import read_bytes
from translator.translate import render

EventsOf = Callable[[Translated], Sequence[Made]]
"""Gives events, or sequences of them, made from the Sigma rule of a translation; the plainest first."""

Start = Callable[[str, int], Callable[[], None]]
"""Told what begins and of how many steps it is, gives what is called after each step."""


@dataclass
class Today:
    """The translations of today: per file its rules, and the files that do not say what they come to.

    Names are relative to the folder, with the suffix ``.xml``. ``refused`` has the reason of a file of which
    a rule has no translation.
    """

    rules: dict[str, list[Translated]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Snapshot:
    """How the translations of today stand to the accepted ones.

    ``write`` and ``remove`` make the folder what it is today. ``reworded`` are files that say the same in
    other bytes. ``witnessed`` stands beside ``difference.changed``, ``reasons`` beside
    ``difference.removed``. ``unchanged`` counts files.
    """

    difference: Difference
    witnessed: tuple[Witnessed, ...]
    reasons: tuple[str, ...]
    write: Mapping[str, str]
    remove: tuple[str, ...]
    reworded: tuple[str, ...]
    unchanged: int
    errors: tuple[InputError, ...]

    @property
    def same(self) -> bool:
        """Whether there is nothing to accept."""
        return not self.write and not self.remove


def today_of(folder: Path, translations: Iterable[Translated], failed: Iterable[str]) -> Today:
    """The translations by the file that they are accepted in. ``failed`` are Sigma files with an error."""
    today = Today(unknown={_name(folder, path) for path in failed})
    for each in translations:
        name = _name(folder, each.path)
        if each.rule is not None:
            today.rules.setdefault(name, []).append(each)
        else:
            note = each.refusals[0]
            today.refused.setdefault(name, f"refused now: {note.code.name}: {note.text}")
    return today


def compare(
    accepted: Path,
    today: Today,
    dialect: Dialect,
    events_of: EventsOf,
    start: Start = lambda title, total: lambda: None,
) -> Snapshot:
    """What is different.

    A file is left alone where the Sigma file beside it could not be read, and where it is itself no rule
    document and has no Sigma file.
    """
    old, errors = _read(accepted, today.unknown)
    new = {
        name: render([each.page for each in rules])
        for name, rules in today.rules.items()
        if name not in today.unknown
    }
    write = {name: text for name, text in sorted(new.items()) if old.get(name) != text.encode()}
    before: list[Found] = []
    after: list[Found] = []
    remove: list[str] = []
    for name in sorted({*write, *(set(old) - set(new))}):
        known = read_document(old[name], str(accepted / name)) if name in old else Known(())
        errors += [each for each in known.errors if isinstance(each, InputError)]
        before += known.rules
        if name in write:
            after += read_document(write[name].encode(), str(accepted / name)).rules
        elif known.rules:
            remove.append(name)
    step = start("comparing", len(after))
    difference = compare_known(Known(tuple(before)), Known(tuple(after)), dialect, step)
    told = {_place(each) for pair in difference.changed for each in (pair.old, pair.new)}
    told |= {_place(each) for each in (*difference.added, *difference.removed)}
    sources = {
        (str(accepted / name), each.rule.incident.event_type): each
        for name in write
        for each in today.rules[name]
        if each.rule is not None
    }
    step = start("trying events", len(difference.changed))
    witnessed = []
    now: dict[int, Pair] = {}
    for pair in difference.changed:
        witnessed.append(_witnessed(pair, sources, dialect, events_of))
        now[id(pair)] = decided(pair, witnessed[-1])
        step()
    return Snapshot(
        replace(difference, pairs=tuple(now.get(id(each), each) for each in difference.pairs)),
        tuple(witnessed),
        tuple(_reason(each, accepted, today) for each in difference.removed),
        write,
        tuple(remove),
        tuple(name for name in write if str(accepted / name) not in told),
        len(new) - len(write),
        tuple(errors),
    )


def _name(folder: Path, path: str) -> str:
    return Path(path).relative_to(folder).with_suffix(".xml").as_posix()


def _read(accepted: Path, unknown: Collection[str]) -> tuple[dict[str, bytes], list[InputError]]:
    """The documents of the folder by their names; none where there is no folder yet."""
    found: dict[str, bytes] = {}
    errors: list[InputError] = []
    for file in sorted(accepted.rglob("*.xml")):
        name = file.relative_to(accepted).as_posix()
        if name in unknown or not file.is_file():
            continue
        try:
            found[name] = read_bytes(file, MAX_BYTES)
        except InputError as error:
            errors.append(error)
    return found, errors


def _place(found: Found) -> str:
    return found.parsed.location.path


def _reason(gone: Found, accepted: Path, today: Today) -> str:
    name = Path(_place(gone)).relative_to(accepted).as_posix()
    if name in today.refused:
        return today.refused[name]
    return "its file has fewer rules" if name in today.rules else "its Sigma file is gone"


def _witnessed(
    pair: Pair, sources: Mapping[tuple[str, str], Translated], dialect: Dialect, events_of: EventsOf
) -> Witnessed:
    """Both rules on the events made from the Sigma rule; nothing where no verdict can change."""
    if pair.meaning == UNCHANGED:
        return Witnessed()
    source = sources[_place(pair.new), pair.new.rule.incident.event_type]
    try:
        made = events_of(source)
    except TranslatorError:
        return Witnessed()
    return turned(pair.old.rule, pair.new.rule, made, dialect)
