"""The remarks of a run for people: what was refused and why, what differs, what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from translator.batch.record import Defect, Translated
from translator.cli.batch import Batch, effects
from translator.cli.console import COLOURS, ERROR, messages, say
from translator.errors import InputError
from translator.notes import Code, Effect, Note

LISTED = 20
"""As many remarks are listed one by one; more of them are counted by code, so that they hide nothing else."""
_WORDS = {
    "translated": "translated",
    "exact": "exact",
    "with_notes": "with notes",
    "refused": "refused",
    "unreadable": "not readable",
    "defects": "met a defect of this program",
}
_WEIGHT = {effect: place for place, effect in enumerate(reversed(Effect))}


def say_remarks(batch: Batch[Translated], verbose: bool) -> None:
    """Errors, refusals and notes, the errors one by one, and what to do about each code.

    ``verbose`` lists everything, notes of effect "info" included.
    """
    for error in batch.errors:
        say(str(error), ERROR)
    refused = [note for each in batch.refused for note in each.refusals]
    others = [
        note for each in (batch.translations if verbose else batch.done) for note in _others(each, verbose)
    ]
    for notes in (refused, others):
        if verbose or len(notes) <= LISTED:
            for note in notes:
                say(str(note), COLOURS[note.effect])
        else:
            _say_counts(notes)
    _say_remedies(note for note in (*refused, *others) if note.effect is not Effect.INFO)


def _others(translation: Translated, verbose: bool) -> Iterable[Note]:
    wanted = {*Effect} - {Effect.REFUSED} if verbose else {*Effect} - {Effect.REFUSED, Effect.INFO}
    return (note for note in translation.notes if note.effect in wanted)


def _say_counts(notes: Sequence[Note]) -> None:
    by_code: dict[tuple[Effect, Code], list[Note]] = {}
    for note in notes:
        by_code.setdefault((note.effect, note.code), []).append(note)
    rows = sorted(by_code.items(), key=lambda row: (_WEIGHT[row[0][0]], -len(row[1]), row[0][1].name))
    width = max(len(code.name) for _, code in by_code)
    for (effect, code), found in rows:
        rules = len({note.location for note in found})
        say(
            f"{code.name:{width}}  {effect.value:10}  {_number(len(found), 'note')} in "
            f"{_number(rules, 'rule')}, first {found[0].location}: {found[0].text}",
            COLOURS[effect],
        )
    say("-v lists each of them.", "dim")


def _say_remedies(notes: Iterable[Note]) -> None:
    codes = sorted({note.code for note in notes}, key=lambda code: code.name)
    if not codes:
        return
    width = max(len(code.name) for code in codes)
    say("What to do:", "bold")
    for code in codes:
        say(f"  {code.name:{width}}  {code.remedy}")


def say_summary(batch: Batch[Translated], written: int) -> None:
    """The figures of the run: a table on a terminal where there are several rules, otherwise a line."""
    counts = summary(batch)
    always = ("translated", "exact", "with_notes")
    shown = {name: number for name, number in counts.items() if number or name in always}
    console = messages()
    if console.is_terminal and len(batch.translations) > 1:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in shown:
            table.add_column(_WORDS[name], justify="right")
        table.add_row(*(f"{number:,}" for number in shown.values()))
        console.print(table)
    else:
        inside = ", ".join(f"{counts[name]:,} {_WORDS[name]}" for name in always[1:])
        parts = [f"{counts['translated']:,} translated" + (f" ({inside})" if counts["translated"] else "")]
        parts += [f"{number:,} {_WORDS[name]}" for name, number in shown.items() if name not in always]
        say(", ".join(parts), "bold")
    if written:
        say(f"Written to {_number(written, 'file')}.")


def summary(batch: Batch[Translated]) -> dict[str, int]:
    """The figures of a run. A file of a kind that is refused whole (a correlation) counts as refused."""
    counts = effects(batch.translations)
    unreadable = sum(isinstance(error, InputError) for error in batch.errors)
    defects = sum(isinstance(error, Defect) for error in batch.errors)
    counts["refused"] += len(batch.errors) - unreadable - defects
    return {**counts, "unreadable": unreadable, "defects": defects}


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
