"""``translate pack build DIR -o OUT/``: a rule pack."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from translator import __version__
from translator.batch.record import Defect
from translator.batch.run import Run
from translator.cli import forms
from translator.cli.console import ERROR, print_json, progress, say, say_trace
from translator.cli.options import FILE, json_flag, many_flags
from translator.cli.pack_flags import build_flags, settings_from
from translator.errors import EXIT_BUG, EXIT_OK, InputError, UsageError
from translator.options import Options
from translator.pack.assemble import Assembled, assemble
from translator.pack.build import EVENTS_FOLDER, OVERRIDES, Events, Pack
from translator.pack.build import build as build_pack
from translator.pack.folder import check_target, write_folder
from translator.pack.manifest import NAME
from translator.pack.overrides import Overrides, read_overrides
from translator.pack.settings import Settings
from translator.sources.files import STANDARD_INPUT, find_rule_files
from translator.sources.rule_files import find_shared

PROGRAM = f"sigma-fortisiem {__version__}"


@click.command(short_help="Make a rule pack from Sigma rules.", no_args_is_help=True)
@click.argument("paths", metavar="DIR...", type=FILE, nargs=-1, required=True)
@click.option("-o", "--output", metavar="OUT", type=FILE, required=True, help="Folder of the pack.")
@click.option(
    "--events/--no-events",
    "with_events",
    default=True,
    show_default=True,
    help="Add raw events for each rule, to test it with.",
)
@build_flags
@many_flags
@json_flag
def build(
    paths: tuple[Path, ...],
    output: Path,
    with_events: bool,
    jobs: int | None,
    no_cache: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Translate the rules below DIR and write a pack: rules to import, and everything around them.

    \b
    translate pack build sigma/rules -o pack/ --level critical,high --overrides overrides.yaml
    translate pack build sigma/rules sigma/rules-emerging-threats -o pack/

    A pack is a folder: rule files, IMPORT.md, manifest.json, event types, waves, fidelity report, ATT&CK
    layer, lookup tables (docs/packs.md). An older pack of that name is replaced as a whole; its
    overrides.yaml goes on to count unless --overrides names another file. Rules that are refused are part
    of the account and no failure. The same rules and settings give the same bytes.
    """
    settings, options = settings_from(**flags)
    check_target(output)
    overrides = overrides_of(settings, output)
    run = Run(options, jobs, unique=False)
    if no_cache:
        run.cache = None
    root, files = rule_files(paths)
    with progress("translating", len(files)) as step:
        assembled = assemble(files, root, run, settings, overrides, step)
    events = events_of(assembled, root, files, options) if with_events else Events()
    pack = build_pack(assembled, settings, overrides, events, PROGRAM)
    write_folder(output, pack.files)
    if as_json:
        print_json(summary(pack, output, assembled))
    else:
        say_outcome(pack, output, assembled)
    return exit_code(assembled)


def overrides_of(settings: Settings, folder: Path) -> Overrides:
    """The overrides that count: of the file that is named, else those that the pack has.

    Raises: UsageError(overrides-lost) where a file is named and the pack has others; and as read_overrides.
    """
    own = folder / OVERRIDES
    if settings.overrides is None:
        return read_overrides(own) if own.is_file() else Overrides()
    named = read_overrides(Path(settings.overrides))
    if own.is_file() and not own.samefile(settings.overrides):
        lost = [id_ for id_ in read_overrides(own).by_id if id_ not in named.by_id]
        if lost:
            raise UsageError(
                "overrides-lost",
                f"{own} has overrides that {settings.overrides} has not, such as that of {lost[0]}",
                hint=f"copy them over, or remove {own}",
            )
    return named


def events_of(assembled: Assembled, root: Path, files: Sequence[Path], options: Options) -> Events:
    """Raw events for each rule that has some, with a bar on a terminal."""
    # What makes events takes long to load, and only this flag needs it.
    from translator.harness.pack_events import Wanted, pasted

    base = root if root.is_dir() else root.parent
    wanted = [
        Wanted(
            each.rule.incident.event_type,
            each.rule,
            base / each.entry.path,
            each.translated.line,
            each.translated.index,
        )
        for each in assembled.members
    ]
    settings = options.settings
    with progress("making events", len(wanted)) as step:
        found = pasted(wanted, settings.taxonomy, settings.emission.dialect, find_shared(files), step)
    return Events(
        {
            name: (f"{EVENTS_FOLDER}/{name}.txt", f"{each.text}\n".encode())
            for name, each in found.items()
            if each.text
        },
        {name: each.why for name, each in found.items() if each.why},
    )


def rule_files(paths: Sequence[Path]) -> tuple[Path, list[Path]]:
    """The folder below which a pack names its Sigma files, and these files.

    Of several paths it is the folder that all of them share; the order of the paths does not matter.

    Raises: UsageError(usage) for standard input: a pack says of each rule in which file it is; InputError for
    a path that leads nowhere.
    """
    if STANDARD_INPUT in paths:
        raise UsageError("usage", "a pack is made of files, not of standard input", hint="name a folder")
    if len(paths) == 1:
        return paths[0], find_rule_files(paths)
    whole = sorted({each.resolve() for each in paths})
    return Path(os.path.commonpath(whole)), find_rule_files(whole)


def say_outcome(pack: Pack, output: Path, assembled: Assembled) -> None:
    """What was made of the rules, for people."""
    for error in assembled.errors:
        if isinstance(error, Defect):
            say_trace(error.trace)
        say(str(error), ERROR)
    for error in assembled.unused:
        say(str(error), "yellow")
    count, refused = len(pack.manifest.rules), len(pack.manifest.refused) - len(assembled.errors)
    changed = sum(bool(each.changed) for each in pack.manifest.rules)
    files = len({each.file for each in pack.manifest.rules})
    say(f"{count:,} rules in {files:,} files, {changed:,} changed by overrides, {refused:,} refused", "bold")
    say(f"Written to {output}; {output / 'IMPORT.md'} says what to do with it.")


def summary(pack: Pack, output: Path, assembled: Assembled) -> dict[str, Any]:
    """The same for programs."""
    return {
        "pack": str(output),
        "manifest": str(output / NAME),
        "rules": len(pack.manifest.rules),
        "files": len(pack.files),
        "changed": sum(bool(each.changed) for each in pack.manifest.rules),
        "refused": len(pack.manifest.refused) - len(assembled.errors),
        "unused_overrides": forms.errors(assembled.unused),
        "errors": forms.errors(assembled.errors),
    }


def exit_code(assembled: Assembled) -> int:
    """1 where something could not be read, 70 after a defect."""
    wrong = [each for each in assembled.errors if isinstance(each, InputError | Defect)]
    codes: list[int] = [error.exit_code for error in wrong]
    return EXIT_BUG if EXIT_BUG in codes else max(codes, default=EXIT_OK)
