"""``translate pack verify PACK --deployed FILE|URL``: whether what is deployed is what the pack says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.console import ERROR, line, print_json, say, show
from translator.cli.options import FILE, json_flag, profile_flag
from translator.cli.pack_deployed import DEPLOYED, deployed_flags, deployed_of
from translator.cli.pack_diff import COLOURS, SHOWN
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, EXIT_OK, InputError, Location
from translator.pack.client.errors import one_line
from translator.pack.diff import Pair
from translator.pack.diff_forms import evidence, shorten, verdict
from translator.pack.manifest import NAME
from translator.pack.read import Found, Known, read_known
from translator.pack.verify import Verified
from translator.pack.verify import verify as compare
from translator.pack.verify_names import VerifiedNames, verify_names


@click.command(short_help="Check what is deployed against a pack.", no_args_is_help=True)
@click.argument("folder", metavar="PACK", type=FILE)
@deployed_flags(required=True)
@click.option(
    "--waves",
    type=click.IntRange(min=0),
    metavar="N",
    help="Only rules of waves up to N have to be there and active; all of them unless given.",
)
@profile_flag
@json_flag
def verify(folder: Path, waves: int | None, profile: str, as_json: bool, **flags: Any) -> int:
    """Name rules that are missing, inactive, changed, drifted or foreign; exit code 1 if there are any.

    \b
    translate pack verify pack/ --deployed export.xml --waves 1
    translate pack verify pack/ --deployed https://siem.example --unlisted

    Changed rules say something else, drifted ones fire on other events, excepted ones have exceptions on the
    server. Foreign rules have names of this pack and are none of its rules, mostly those of an older version.
    Rules that have nothing to do with the pack are counted only. Of a server, without --unlisted, only the
    names of the rules are asked, and whether they are switched on.
    """
    pack = read_known(folder)
    if pack.manifest is None:
        raise InputError("not-a-pack", f"there is no {NAME}", Location(str(folder)), "build a pack first")
    state = deployed_of(**{name: flags[name] for name in DEPLOYED})
    if state.known is None:
        return _by_names(pack, verify_names(pack, state.names, waves), as_json)
    if state.known.errors and not state.known.rules:
        raise state.known.errors[0]
    found = compare(pack, state.known, load_profile(profile), waves, state.exceptions)
    errors = [*pack.errors, *state.known.errors]
    if as_json:
        print_json({**_as_json(found), "errors": forms.errors([*errors, *pack.edited])})
    else:
        for error in pack.edited:
            say(str(error), "yellow")
        for error in errors:
            say(str(error), ERROR)
        show(_lines(found))
    return EXIT_OK if found.as_built and not errors else EXIT_FAILED


def _by_names(pack: Known, found: VerifiedNames, as_json: bool) -> int:
    """The same of names alone."""
    counts = {
        "fine": found.fine,
        **{name: len(rules) for name, rules in _named(found).items()},
        "later": found.later,
        "others": found.others,
    }
    if as_json:
        print_json(
            {
                "as_built": found.as_built,
                "names_only": True,
                "counts": counts,
                **_named(found),
                "errors": forms.errors([*pack.errors, *pack.edited]),
            }
        )
    else:
        parts = [f"{number:,} {word}" for word, number in counts.items() if number]
        head = line((", ".join(parts) or "no rules", "bold"))
        show([head, *(each for word, names in _named(found).items() for each in _names(word, names))])
        silent = "" if found.switches else ", and not whether they are switched on"
        say(f"Only names were compared{silent}; --unlisted compares what the rules say.", "yellow")
    return EXIT_OK if found.as_built and not pack.errors else EXIT_FAILED


def _named(found: VerifiedNames) -> dict[str, list[str]]:
    return {
        "missing": [each.rule.name for each in found.missing],
        "inactive": [each.rule.name for each in found.inactive],
        "unwanted": [each.rule.name for each in found.unwanted],
        "foreign": [one_line(name) for name in found.foreign],
    }


def _counts(found: Verified) -> dict[str, int]:
    return {
        "fine": found.fine,
        "missing": len(found.missing),
        "inactive": len(found.inactive),
        "unwanted": len(found.unwanted),
        "changed": len(found.changed),
        "drifted": len(found.drifted),
        "excepted": len(found.excepted),
        "foreign": len(found.foreign),
        "later": found.later,
        "others": found.others,
    }


def _lines(found: Verified) -> Iterator[Text]:
    parts = [f"{number:,} {word}" for word, number in _counts(found).items() if number]
    yield line((", ".join(parts) or "no rules", "bold"))
    yield from _names("missing", [each.rule.name for each in found.missing])
    yield from _names("inactive", [each.old.rule.name for each in found.inactive])
    yield from _names("unwanted", [each.old.rule.name for each in found.unwanted])
    for word, pairs in (("changed", found.changed), ("drifted", found.drifted)):
        for pair in pairs[:SHOWN]:
            yield from _pair(word, pair)
        yield from _more(len(pairs))
    yield from _names("excepted", [f"{each.old.rule.name}  {text}" for each, text in found.excepted])
    yield from _names("foreign", [each.rule.name for each in found.foreign])


def _names(word: str, names: Sequence[str]) -> Iterator[Text]:
    for name in names[:SHOWN]:
        yield line((f"{word:9}", "red"), "  ", name)
    yield from _more(len(names))


def _pair(word: str, pair: Pair) -> Iterator[Text]:
    yield line((f"{word:9}", COLOURS[pair.meaning.kind]), "  ", pair.old.rule.name, f"  {verdict(pair)}")
    for words, stream in evidence(pair.meaning):
        yield line(f"    {words.replace('new', 'deployed').replace('old', 'pack')} {shorten(stream)}")
    for change in pair.fields:
        built, there = shorten(change.old) or "-", shorten(change.new) or "-"
        yield line(f"    {change.label}: ", (built, "green"), " -> ", (there, "red"))


def _more(count: int) -> Iterator[Text]:
    if count > SHOWN:
        yield line((f"and {count - SHOWN:,} more (--json)", "dim"))


def _as_json(found: Verified) -> dict[str, Any]:
    return {
        "as_built": found.as_built,
        "counts": _counts(found),
        "missing": [_rule(each) for each in found.missing],
        "inactive": [_rule(each.old) for each in found.inactive],
        "unwanted": [_rule(each.old) for each in found.unwanted],
        "changed": [_changed(each) for each in found.changed],
        "drifted": [_changed(each) for each in found.drifted],
        "excepted": [{**_rule(each.old), "exceptions": text} for each, text in found.excepted],
        "foreign": [_rule(each) for each in found.foreign],
    }


def _rule(found: Found) -> dict[str, Any]:
    return {
        "name": found.rule.name,
        "event_type": found.rule.incident.event_type,
        "sigma_id": found.entry.sigma_id if found.entry else None,
    }


def _changed(pair: Pair) -> dict[str, Any]:
    return {
        **_rule(pair.old),
        "meaning": pair.meaning.kind.value,
        "fields": [
            {"field": each.field, "part": each.part, "built": each.old, "deployed": each.new}
            for each in pair.fields
        ],
    }
