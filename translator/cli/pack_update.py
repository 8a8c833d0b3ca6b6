"""``translate pack update PACK --sigma DIR``: the pack again, from the Sigma rules of today."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from translator.batch.run import Run
from translator.cli import forms
from translator.cli.console import ERROR, line, print_json, progress, say, show
from translator.cli.options import FILE, json_flag, many_flags
from translator.cli.pack_build import PROGRAM, events_of, exit_code, overrides_of, rule_files
from translator.cli.pack_deployed import DEPLOYED, Deployed, deployed_flags, deployed_of
from translator.cli.pack_diff import COLOURS
from translator.cli.pack_flags import build_flags, settings_from
from translator.errors import EXIT_FAILED, InputError, Location
from translator.pack.build import Events
from translator.pack.folder import check_target, write_folder
from translator.pack.manifest import NAME
from translator.pack.read import Known, read_known
from translator.pack.renew import Choice, Renewed, renew
from translator.pack.update import Fate, Step
from translator.pack.update_guide import NAME as GUIDE
from translator.pack.update_guide import meaning

SHOWN = 40
"""As many rules of one fate are listed; --json and UPDATE.md have all of them."""


@click.command(short_help="Make a pack again from newer Sigma rules.", no_args_is_help=True)
@click.argument("folder", metavar="PACK", type=FILE)
@click.option(
    "--sigma",
    metavar="DIR",
    type=FILE,
    required=True,
    multiple=True,
    help="The Sigma rules of today; repeatable, for the folders that the pack was built from.",
)
@deployed_flags(required=False)
@click.option(
    "--conflicts",
    type=click.Choice([each.value for each in Choice]),
    default=Choice.STOP.value,
    show_default=True,
    help="Rules that both Sigma and the site changed: write nothing, take Sigma's, or keep what is deployed.",
)
@click.option(
    "-o", "--output", metavar="OUT", type=FILE, help="Write the new pack here instead of over PACK."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@build_flags
@many_flags
@json_flag
def update(
    folder: Path,
    sigma: tuple[Path, ...],
    conflicts: str,
    output: Path | None,
    dry_run: bool,
    jobs: int | None,
    no_cache: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Build a pack again with its own settings and overrides, and say what became of each rule.

    \b
    translate pack update pack/ --sigma sigma/rules --deployed export.xml --dry-run

    Rules are known by their Sigma ids, so that files may move and titles change. Overrides go on to count;
    those whose rule is gone stay in the file and are named. Flags beside the pack's settings win. Exit code
    1 where conflicts stop the update, and where something cannot be read.
    """
    old = read_known(folder)
    if old.manifest is None:
        raise InputError("not-a-pack", f"there is no {NAME}", Location(str(folder)), "build a pack first")
    settings, options = settings_from(old.manifest.settings, **flags)
    overrides = overrides_of(settings, folder)
    target = output or folder
    check_target(target)
    run = Run(options, jobs, unique=False)
    if no_cache:
        run.cache = None
    root, files = rule_files(sigma)
    asked = {name: flags[name] for name in DEPLOYED}
    state = deployed_of(**asked) if asked["deployed"] is not None else None
    there = state.rules if state else None
    had_events = any(each.events for each in old.manifest.rules)
    with progress("translating", len(files)) as step:
        renewed = renew(
            old,
            files,
            root,
            run,
            settings,
            overrides,
            there,
            Choice(conflicts),
            PROGRAM,
            lambda assembled: events_of(assembled, root, files, options) if had_events else Events(),
            step,
        )
    writes = not dry_run and not renewed.stopped
    if writes:
        write_folder(target, renewed.pack.files)
    excepted = _excepted(old, state) if state else {}
    if as_json:
        print_json(_as_json(renewed, old, there, excepted, target if writes else None))
    else:
        _say(renewed, old, there, target if writes else None)
        for name, text in excepted.items():
            say(f"{name} has exceptions on the server; overrides.yaml keeps them: {text}", "yellow")
    unreadable = bool(old.errors) or bool(there and there.errors)
    return max(exit_code(renewed.assembled), EXIT_FAILED if renewed.stopped or unreadable else 0)


def _excepted(old: Known, state: Deployed) -> dict[str, str]:
    """The rules of the pack that have exceptions on the server, and what these say."""
    if state.exceptions is None:
        return {}
    own = {each.rule.name for each in old.rules}
    said = {each.rule.name: state.exceptions.of(each) for each in state.rules.rules}
    return {name: text for name, text in said.items() if text and name in own}


def _say(renewed: Renewed, old: Known, state: Known | None, written: Path | None) -> None:
    for error in (*old.errors, *(state.errors if state else ()), *renewed.assembled.errors):
        say(str(error), ERROR)
    for error in (*old.edited, *renewed.orphans):
        say(str(error), "yellow")
    show(_lines(renewed))
    if written is not None:
        say(f"Written to {written}; {written / GUIDE} says what to do with it.")
    elif renewed.stopped:
        say("Nothing was written: decide with --conflicts sigma or --conflicts deployed.", ERROR)
    else:
        say("Nothing was written.")


def _lines(renewed: Renewed) -> Iterator[Text]:
    steps = {fate: renewed.update.of(fate) for fate in Fate}
    parts = [f"{len(found):,} {fate.value}" for fate, found in steps.items() if found]
    yield line((", ".join(parts) or "no rules", "bold"))
    for fate, found in steps.items():
        if fate is not Fate.UNCHANGED:
            for step in found[:SHOWN]:
                yield _line(step)
            if len(found) > SHOWN:
                yield line((f"and {len(found) - SHOWN:,} more {fate.value} (--json, {GUIDE})", "dim"))
    for step in renewed.update.conflicts:
        yield line(("conflict", "red"), "  ", (_name(step), "bold"), f"  deployed: {_by_hand(step)}")


def _line(step: Step) -> Text:
    colour = COLOURS[step.pair.meaning.kind] if step.pair is not None else ""
    what = meaning(step) if step.fate is Fate.CHANGED else step.why
    return line((f"{step.fate.value:18}", colour), "  ", (_name(step), "bold"), f"  {what}" if what else "")


def _name(step: Step) -> str:
    return step.entry.name


def _by_hand(step: Step) -> str:
    fields = step.by_hand.fields if step.by_hand else ()
    return ", ".join(dict.fromkeys(each.field for each in fields)) or step.local.value


def _as_json(
    renewed: Renewed, old: Known, state: Known | None, excepted: dict[str, str], written: Path | None
) -> dict[str, Any]:
    errors = (*old.errors, *old.edited, *(state.errors if state else ()), *renewed.assembled.errors)
    return {
        "written": str(written) if written else None,
        "counts": {fate.value: len(renewed.update.of(fate)) for fate in Fate},
        "conflicts": [_step(each) for each in renewed.update.conflicts],
        "rules": [_step(each) for each in renewed.update.steps if each.fate is not Fate.UNCHANGED],
        "excepted": excepted,
        "unused_overrides": forms.errors(renewed.orphans),
        "errors": forms.errors(errors),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "sigma_id": step.entry.sigma_id,
        "condition": step.entry.condition,
        "name": step.entry.name,
        "old_name": step.old.rule.name if step.old else None,
        "path": step.entry.path,
        "fate": step.fate.value,
        "why": step.why,
        "partner": step.partner or None,
        "moved": step.moved,
        "renamed": step.renamed,
        "category": step.pair.category.value if step.pair else None,
        "meaning": step.pair.meaning.kind.value if step.pair else None,
        "deployed": step.local.value,
        "changed_by_hand": [each.field for each in step.by_hand.fields] if step.by_hand else [],
        "conflict": step.conflict,
    }
