"""What became of each rule, and what would have to be known to do better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from translator import notes
from translator.batch.record import Remark, Translated
from translator.errors import Location, TranslatorError
from translator.notes import Effect

_FIELD = frozenset(code.name for code in (notes.FIELD_IN_RAW, notes.FIELD_UNMAPPED, notes.FIELD_UNSEARCHABLE))
UNKNOWN_EVENT_TYPE = frozenset(code.name for code in (notes.LOG_SOURCE_UNKNOWN, notes.NO_EVENT_TYPE))
"""What these codes say is that something has to be known; the others, that something cannot be said."""


class Status(StrEnum):
    """How far a rule was translated, from best to worst: the worst that its notes say."""

    EXACT = "exact"
    ASSUMPTION = "assumption"
    WIDER = "wider"
    NARROWER = "narrower"
    REFUSED = "refused"


_RANK = {status: rank for rank, status in enumerate(Status)}
_OF_EFFECT = {effect: Status(effect.value) for effect in Effect if effect is not Effect.INFO}


@dataclass(frozen=True, slots=True)
class Row:
    """One condition of one rule, or a document that is none, of which little but its place is known.

    ``logsource`` is what the Sigma rule says of it: product, category and service, as far as they are there.
    ``name`` is that of the FortiSIEM rule; where there is none it is empty, and ``fields`` has the
    fields of the Sigma rule.
    """

    path: str
    line: int | None
    condition: int
    id: str
    title: str
    product: str
    logsource: tuple[tuple[str, str], ...]
    level: str
    status: Status
    name: str
    techniques: tuple[str, ...]
    fields: tuple[str, ...]
    notes: tuple[Remark, ...]

    @property
    def log_source(self) -> str:
        """The log source in one word."""
        return "/".join(value for _, value in self.logsource) or "(none)"


@dataclass(frozen=True, slots=True)
class Missing:
    """A field of a log source, or the event type of one, that is not known.

    ``rules`` need it; for ``unlocks`` of them it is the only thing between them and an exact translation.
    """

    kind: str
    name: str
    log_source: str
    rules: int
    unlocks: int


Totals = Mapping[str, Mapping[Status, int]]
"""How many rows of each status, for each value of a property; the largest first."""


@dataclass(frozen=True)
class Account:
    """All rows of a run, in its order."""

    rows: tuple[Row, ...]

    @property
    def by_status(self) -> dict[Status, int]:
        """How many rows have each status, all five of them."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in Status}

    @property
    def by_product(self) -> Totals:
        return _totals((row.product, row.status) for row in self.rows)

    @property
    def by_log_source(self) -> Totals:
        return _totals((row.log_source, row.status) for row in self.rows)

    @property
    def by_level(self) -> Totals:
        return _totals((row.level, row.status) for row in self.rows)

    @property
    def by_code(self) -> dict[str, int]:
        """How many rows have a note of each code, the most frequent first."""
        found = Counter(code for row in self.rows for code in {note.code for note in row.notes})
        return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What to find out, that which unlocks most rules first."""
        needed: Counter[tuple[str, str, str]] = Counter()
        unlocked: Counter[tuple[str, str, str]] = Counter()
        for row in self.rows:
            wanted = {each for note in row.notes if (each := _wanted(note, row)) is not None}
            needed.update(wanted)
            others = [n for n in row.notes if n.effect is not Effect.INFO and _wanted(n, row) is None]
            if len(wanted) == 1 and not others:
                unlocked.update(wanted)
        found = [Missing(*each, needed[each], unlocked[each]) for each in needed]
        return tuple(sorted(found, key=lambda each: (-each.unlocks, -each.rules, each.log_source, each.name)))

    @property
    def unknown_sources(self) -> dict[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """The log sources without an event type, those of most rules first, with the fields used."""
        rules: Counter[tuple[tuple[str, str], ...]] = Counter()
        fields: dict[tuple[tuple[str, str], ...], dict[str, None]] = {}
        for row in self.rows:
            if any(note.code in UNKNOWN_EVENT_TYPE for note in row.notes):
                rules[row.logsource] += 1
                fields.setdefault(row.logsource, {}).update(dict.fromkeys(row.fields))
        ranked = sorted(rules, key=lambda each: (-rules[each], each))
        return {each: tuple(fields[each]) for each in ranked}


def account(results: Iterable[Translated | TranslatorError]) -> Account:
    """The account of what a run gave."""
    return Account(
        tuple(_of_error(each) if isinstance(each, TranslatorError) else _row(each) for each in results)
    )


def _row(result: Translated) -> Row:
    effects = [note.effect for note in result.remarks if note.effect is not Effect.INFO]
    status = max((_OF_EFFECT[effect] for effect in effects), key=_RANK.__getitem__, default=Status.EXACT)
    return Row(
        path=result.path,
        line=result.line,
        condition=result.index,
        id=result.id,
        title=result.title,
        product=result.product or "(none)",
        logsource=tuple(
            (key, value) for key in ("product", "category", "service") if (value := getattr(result, key))
        ),
        level=result.level or "(none)",
        status=status,
        name=result.name,
        techniques=result.techniques,
        fields=result.fields,
        notes=result.remarks,
    )


def _of_error(error: TranslatorError) -> Row:
    """A document that could not be read counts as refused: the reader of a total looks for every file."""
    place = error.location or Location("")
    return Row(
        path=place.path,
        line=place.line,
        condition=0,
        id="",
        title=PurePath(place.path).name,
        product="(not readable)",
        logsource=(("product", "(not readable)"),),
        level="(none)",
        status=Status.REFUSED,
        name="",
        techniques=(),
        fields=(),
        notes=(Remark(error.code, Effect.REFUSED, error.cause, ""),),
    )


def _wanted(note: Remark, row: Row) -> tuple[str, str, str] | None:
    if note.code in UNKNOWN_EVENT_TYPE:
        return "event type", row.log_source, row.log_source
    if note.code in _FIELD and note.field:
        return "field", note.field, row.log_source
    return None


def _totals(pairs: Iterable[tuple[str, Status]]) -> Totals:
    counted: dict[str, Counter[Status]] = {}
    for value, status in pairs:
        counted.setdefault(value, Counter())[status] += 1
    largest = sorted(counted.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    return {value: {status: found[status] for status in Status} for value, found in largest}
