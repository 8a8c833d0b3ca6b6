"""Events that the user gives, each prepared once for all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError
from translator.harness.arrivals import MOST_ERRORS
from translator.harness.compare import Case
from translator.harness.events import EventViews, Form, views
from translator.harness.foreign.readers import READERS
from translator.normalise import is_known
from translator.sources.events import read_events
from translator.sources.fixture_names import fixture_kind
from translator.taxonomy.lookup import LogSource


@dataclass
class Given:
    """An event of a file. ``raw`` are the views of one as collected, which depend on no rule."""

    case: Case
    raw: EventViews | None
    _seen: dict[str, EventViews] = field(default_factory=dict)

    def seen(self, log_source: LogSource | None) -> EventViews:
        """Both views; Sigma fields are those of an event of this log source.

        Raises: as :func:`translator.harness.events.views`.
        """
        if self.raw is not None:
            return self.raw
        key = log_source.key if log_source else ""
        if key not in self._seen:
            self._seen[key] = views(self.case.event, self.case.form, log_source)
        return self._seen[key]


def read_given(files: Sequence[Path], form: str, errors: list[TranslatorError]) -> list[Given]:
    """The events of files; a file or an event that cannot be read adds its error, the others stay."""
    found: list[Given] = []
    for file in files:
        bad: list[TranslatorError] = []
        try:
            for case in _cases(file, form, bad.append):
                try:
                    raw = views(case.event, "raw", None) if case.form == "raw" else None
                except InputError as error:
                    errors.append(error.at(case.location))
                else:
                    found.append(Given(case, raw))
        except TranslatorError as error:
            errors.append(error.at(Location(str(file))))
        errors += bad[:MOST_ERRORS]
        if more := bad[MOST_ERRORS:]:
            cause = f"{len(more):,} more records cannot be read"
            errors.append(InputError("records-broken", cause, more[0].location, "check the file"))
    return found


def _cases(file: Path, form: str, failed: Callable[[InputError], object]) -> Iterator[Case]:
    """The events of a file, or those that a fixture of another program is about, each once."""
    kind = fixture_kind(file)
    reader = READERS.get(kind) if kind else None
    if reader is None:
        for event in read_events(file, failed):
            yield Case(event.content, form_of(form, event.content), event.location)
        return
    found = {(place, str(each.event)): each for expected in reader(file) for each, place in expected.events}
    for (place, _), each in found.items():
        yield Case(each.event, each.form, place)


def form_of(wanted: str, event: dict[str, object]) -> Form:
    """The form that the user names, or, for "auto", the one that the event has."""
    match wanted:
        case "raw" | "sigma":
            return wanted
    return "raw" if is_known(event) else "sigma"
