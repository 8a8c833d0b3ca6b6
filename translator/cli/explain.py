"""``translate explain RULE.yml``: condition by condition, what became of each field and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.console import COLOURS, ERROR, line, print_json, say, show
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.cli.whole import translate_all
from translator.coverage.account import UNKNOWN_EVENT_TYPE
from translator.harness.described import printed
from translator.lowering.context import Leaf
from translator.model.rule import Rule
from translator.render.expression import print_filter
from translator.render.formats.doc import duration, trigger
from translator.taxonomy.stanza import stanzas
from translator.translate import Translation

VALUE_WIDTH = 40
"""Columns for the Sigma values; a longer one pushes its own test to the right."""


@click.command(short_help="Show what became of each field and value of a rule.")
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...|DIR|-")
@translation_flags
@profile_flag
@json_flag
def explain(paths: tuple[str, ...], as_json: bool, **flags: Any) -> int:
    """Show what became of each field and value, where that mapping comes from, and every note.

    For each field of the rule: the FortiSIEM attributes that hold it, how sure that is (documented, observed,
    from the parser, assumed) and its source; then each Sigma value with the test made of it. A negation
    around a condition shows in the filter, not here. Then each sub-pattern with its filter, what its groups
    must reach, and what the sub-patterns must do together. Where the event type is not known, the entry that
    --taxonomy needs is printed, to be filled.
    """
    batch = translate_all(paths, options_from(**flags))
    if as_json:
        print_json(
            {"rules": [_as_json(each) for each in batch.translations], "errors": forms.errors(batch.errors)}
        )
        return batch.exit_code
    for error in batch.errors:
        say(str(error), ERROR)
    for each in batch.translations:
        show(_lines(each))
    return batch.exit_code


def _lines(translation: Translation) -> Iterator[Text]:
    rule = translation.rule
    title = rule.name if rule else translation.source.sigma.title
    yield line((title, "bold"), "  ", (str(translation.source.location), "dim"))
    for (field, place, confidence, source), leaves in groupby(translation.leaves, _mapping):
        yield line()
        yield line((field or "(keyword)", "bold"), f" -> {place}  ", (f"{confidence}: {source}", "dim"))
        yield from _values(list(leaves))
    if rule:
        yield from _firing(rule)
    for note in translation.notes:
        yield line()
        yield line((f"{note.code.name} ({note.effect.value}): {note.text}", COLOURS[note.effect]))
        yield line("    ", (f"{note.code.meaning} {note.code.remedy}", "dim"))
    if rule is None:
        yield line()
        yield line(("Refused: there is no rule.", ERROR))
        if form := _stanza(translation):
            yield line()
            yield from (line(each) for each in form.splitlines())
    yield line()


def _firing(rule: Rule) -> Iterator[Text]:
    """Each sub-pattern with what its groups must reach, and what the sub-patterns must do together."""
    for pattern in rule.sub_patterns:
        yield line()
        yield line((pattern.name, "bold"))
        yield line("    ", print_filter(pattern.filter))
        groups = f", for each {', '.join(pattern.group_by)}" if pattern.group_by else ""
        yield line("    ", (print_filter(pattern.aggregate) + groups, "dim"))
    yield line()
    yield line((trigger(rule), "bold"), (f"  within {duration(rule.window)}", "dim"))
    if rule.global_constraint:
        yield line("    ", print_filter(rule.global_constraint))


def _stanza(translation: Translation) -> str:
    """The entry of the taxonomy that the rule lacks, to be filled; empty where it lacks none."""
    if not any(note.code.name in UNKNOWN_EVENT_TYPE for note in translation.refusals):
        return ""
    source = translation.source.sigma.logsource
    named = {"product": source.product, "category": source.category, "service": source.service}
    wanted = tuple((key, value) for key, value in named.items() if value)
    return stanzas({wanted: translation.source.fields})


def _mapping(leaf: Leaf) -> tuple[str, str, str, str]:
    return leaf.field, leaf.place, leaf.confidence, leaf.source


def _values(leaves: Sequence[Leaf]) -> Iterator[Text]:
    width = min(VALUE_WIDTH, max(len(leaf.value) for leaf in leaves))
    for leaf in leaves:
        codes = ", ".join(dict.fromkeys(note.code.name for note in leaf.notes))
        test = printed(leaf)
        yield line(f"    {leaf.value:{width}}  {test}", (f"  [{codes}]" if codes else "", "dim"))


def _firing_json(rule: Rule) -> dict[str, Any]:
    return {
        "trigger": trigger(rule),
        "window": rule.window,
        "constraint": print_filter(rule.global_constraint) if rule.global_constraint else None,
        "sub_patterns": [
            {
                "name": pattern.name,
                "group_by": list(pattern.group_by),
                "aggregate": print_filter(pattern.aggregate),
            }
            for pattern in rule.sub_patterns
        ],
    }


def _as_json(translation: Translation) -> dict[str, Any]:
    rule = translation.rule
    return {
        **forms.rule_keys(translation),
        "status": "translated" if rule else "refused",
        "name": rule.name if rule else None,
        "filter": [print_filter(pattern.filter) for pattern in rule.sub_patterns] if rule else [],
        "firing": _firing_json(rule) if rule else None,
        "leaves": [
            {
                "field": leaf.field,
                "value": leaf.value,
                "test": printed(leaf),
                "attributes": leaf.place,
                "confidence": leaf.confidence,
                "source": leaf.source,
                "notes": [note.code.name for note in leaf.notes],
            }
            for leaf in translation.leaves
        ],
        "stanza": _stanza(translation) or None,
        "notes": [
            {**form, "meaning": note.code.meaning, "remedy": note.code.remedy}
            for form, note in zip(forms.notes(translation.notes), translation.notes, strict=True)
        ],
    }
