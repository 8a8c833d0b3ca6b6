"""``translate probe``: measure what a FortiSIEM does where nothing is documented."""

from __future__ import annotations

from pathlib import Path

import click

from translator.cli.console import emit, line, print_json, say, show
from translator.cli.options import FILE, json_flag
from translator.cli.output import refuse_inputs, write_file
from translator.errors import UsageError
from translator.pack.probe.kit import RESULTS, kit
from translator.pack.probe.probes import probes
from translator.pack.probe.results import profile_text, read_results


@click.group(no_args_is_help=True, short_help="Measure what your FortiSIEM does where nothing is documented.")
def probe() -> None:
    """Rules, events and queries for a test system, and a dialect profile of what was seen there.

    \b
    translate probe build -o probes/
    translate probe read probes/results.yaml -o my-fortisiem.yaml
    translate rules/ --profile my-fortisiem.yaml
    """


@probe.command()
@click.option("-o", "--output", type=FILE, required=True, metavar="DIR", help="Where to write the kit.")
@json_flag
def build(output: Path, as_json: bool) -> int:
    """Write the kit: rules and events to take to a test system, a guide, and a form for what was seen.

    A form that was filled in is not written over.

    \b
    translate probe build -o probes/
    """
    if (output / RESULTS).exists():
        cause = f"{output / RESULTS} is there, perhaps filled in"
        raise UsageError("output-exists", cause, hint="choose another -o, or move it away")
    files = kit()
    for name, text in files.items():
        write_file(output / name, text)
    if as_json:
        print_json({"files": list(files), "questions": [each.name for each in probes()]})
    else:
        text = f"{len(probes())} questions in {len(files)} files; begin with {output / 'README.md'}"
        show([line(text)])
    return 0


@probe.command()
@click.argument("results", type=FILE, metavar="RESULTS.yaml")
@click.option("-o", "--output", type=FILE, metavar="FILE", help="Write the profile to a file.")
@click.option("--name", default="observed", show_default=True, help="What the profile is called.")
@json_flag
def read(results: Path, output: Path | None, name: str, as_json: bool) -> int:
    """Turn a filled-in form into a dialect profile, which all commands take with --profile.

    \b
    translate probe read probes/results.yaml -o my-fortisiem.yaml
    """
    reading = read_results(results, name)
    text = profile_text(reading.profile)
    if output:
        refuse_inputs([output], [results])
        write_file(output, text)
    elif not as_json:
        emit(text)
    if as_json:
        print_json(
            {
                "name": name,
                "version": reading.profile.version,
                "entries": {key: entry.value for key, entry in reading.profile.entries.items()},
                "changed": {
                    key: {"default": old, "seen": new} for key, (old, new) in reading.changed.items()
                },
                "open": [each.name for each in reading.open],
            }
        )
        return 0
    for key, (old, new) in reading.changed.items():
        say(f"{key}: {new!r} instead of {old!r}")
    say(f"{len(reading.profile.entries)} entries observed, {len(reading.open)} questions left open")
    return 0
