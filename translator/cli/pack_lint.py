"""``translate pack lint RULES.xml...``: faults of rule documents, and the repair of the harmless ones."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.console import COLOURS, ERROR, emit, line, print_json, say, show
from translator.cli.options import FILE, json_flag, profile_flag
from translator.cli.output import write_file
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, EXIT_OK, InputError, Location, TranslatorError, UsageError
from translator.notes import Effect
from translator.pack.lint.check import Linter, worst
from translator.pack.lint.codes import Severity, codes
from translator.pack.lint.finding import Finding
from translator.pack.lint.fix import fixed
from translator.pack.lint.setting import Setting
from translator.pack.lint.target import Target, read_target
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import STANDARD_INPUT, display_name, read_bytes
from translator.taxonomy.lookup import load_taxonomy

STYLES = {
    Severity.ERROR: COLOURS[Effect.REFUSED],
    Severity.WARNING: COLOURS[Effect.WIDER],
    Severity.INFO: COLOURS[Effect.INFO],
}

target_flag = click.option(
    "--target",
    type=FILE,
    metavar="FILE",
    help="YAML or JSON file with attributes, event types and groups of your FortiSIEM (docs/lint.md).",
)


@click.command(short_help="Find faults in rule XML, and repair the harmless ones.")
@click.argument("paths", nargs=-1, metavar="RULES.xml...|DIR|-")
@target_flag
@click.option(
    "--taxonomy",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Your log sources and attributes, on top of the shipped ones (docs/taxonomy.md); repeatable.",
)
@click.option("--fix", is_flag=True, help="Repair what can be repaired safely, and print the difference.")
@click.option("--rules", "list_codes", is_flag=True, help="List the codes: severity, meaning, what to do.")
@profile_flag
@json_flag
def lint(
    paths: tuple[str, ...],
    target: Path | None,
    taxonomy: tuple[Path, ...],
    fix: bool,
    list_codes: bool,
    profile: str,
    as_json: bool,
) -> int:
    """Find faults in rule XML, wherever it comes from, before somebody imports it.

    A directory stands for the *.xml files below it; what must be unique is looked for among all files. The
    exit code is 1 where there is an error; warnings and remarks leave it 0.

    \b
    translate pack lint rules.xml
    translate pack lint pack/ --target server.yaml --fix
    """
    if list_codes:
        _show_codes(as_json)
        return EXIT_OK
    if not paths:
        raise UsageError("usage", "no file is named", hint="name rule documents, or list the codes: --rules")
    if fix and "-" in paths:
        raise UsageError("usage", "standard input cannot be repaired", hint="name a file")
    linter = Linter(setting_from(target, taxonomy, profile))
    findings: list[Finding] = []
    errors: list[TranslatorError] = []
    repaired: dict[str, str] = {}
    for file in documents(paths, errors):
        try:
            data = read_bytes(file, MAX_BYTES)
            if fix:
                data = _repair(file, data, linter, repaired)
            findings += linter.check(data, display_name(file))
        except TranslatorError as error:
            errors.append(error)
    if as_json:
        print_json(_as_json(linter, findings, repaired, errors))
    else:
        emit("".join(repaired.values()))
        for problem in errors:
            say(str(problem), ERROR)
        show(_lines(findings, linter.rules))
    return EXIT_FAILED if errors or worst(findings) is Severity.ERROR else EXIT_OK


def setting_from(target: Path | None, taxonomy: Sequence[Path], profile: str) -> Setting:
    """What to check against.

    Raises: UsageError for a file that cannot be read.
    """
    try:
        known = load_taxonomy(taxonomy)
        return Setting(read_target(target, known) if target else Target(known), load_profile(profile))
    except InputError as error:
        raise UsageError(error.code, error.cause, error.location, error.hint) from error


def documents(paths: Sequence[str], errors: list[TranslatorError]) -> Iterator[Path]:
    """The files that the paths stand for, each once."""
    seen = set()
    for path in map(Path, paths):
        files = sorted(path.rglob("*.xml")) if path != STANDARD_INPUT and path.is_dir() else [path]
        if not files:
            cause = "the directory holds no *.xml file"
            errors.append(InputError("no-rules", cause, Location(str(path)), "name a file"))
        for file in files:
            if file not in seen:
                seen.add(file)
                yield file


def _repair(file: Path, data: bytes, linter: Linter, repaired: dict[str, str]) -> bytes:
    """The repaired document, written in the place of the old one."""
    try:
        better = fixed(data, str(file), linter.setting.dialect)
    except InputError as error:
        if error.code == "fix-encoding":
            raise
        return data  # it is no document; the check says so
    if better != data:
        old, new = (each.decode("utf-8").splitlines(keepends=True) for each in (data, better))
        repaired[str(file)] = "".join(difflib.unified_diff(old, new, str(file), f"{file} (repaired)"))
        write_file(file, better.decode("utf-8"))
    return better


def _lines(findings: Sequence[Finding], rules: int) -> Iterator[Text]:
    for each in findings:
        severity = each.severity
        place, text = str(each.location), f": {each.code}: {each.text}"
        rule = f"  [{each.rule}]" if each.rule else ""
        yield line(f"{place}: ", (severity.value, STYLES[severity]), text, (rule, "dim"))
    seen = {each.code for each in findings}
    if seen:
        yield line("What to do:")
    for name, row in codes().items():
        if name in seen:
            yield line(f"  {name}  ", (f"{row.remedy}{' (--fix does it)' if row.fix else ''}", "dim"))
    counts = Counter(each.severity for each in findings)
    said = ", ".join(
        f"{counts[each]} {each.value}{'s' * (counts[each] != 1)}" for each in Severity if counts[each]
    )
    yield line(f"{rules:,} rule{'s' * (rules != 1)}: {said or 'no fault found'}")


def _show_codes(as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "code": name,
                    "severity": row.severity.value,
                    "remark_in_translations": row.asked,
                    "fix": row.fix,
                    "meaning": row.meaning,
                    "remedy": row.remedy,
                }
                for name, row in codes().items()
            ]
        )
        return
    lines = []
    for name, row in codes().items():
        can = ("  a remark in translations from Sigma" if row.asked else "") + ("  --fix" if row.fix else "")
        lines.append(line((name, "bold"), "  ", (row.severity.value, STYLES[row.severity]), can))
        lines += [line(f"    {row.meaning}"), line("    ", (row.remedy, "dim"))]
    show(lines)


def as_keys(finding: Finding) -> dict[str, Any]:
    """A finding for programs."""
    return {
        "path": finding.location.path,
        "line": finding.location.line,
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity.value,
        "fix": finding.row.fix,
        "text": finding.text,
    }


def _as_json(
    linter: Linter, findings: Sequence[Finding], repaired: dict[str, str], errors: Sequence[TranslatorError]
) -> dict[str, Any]:
    return {
        "rules": linter.rules,
        "findings": [as_keys(each) for each in findings],
        "repaired": [{"path": path, "diff": diff} for path, diff in repaired.items()],
        "errors": forms.errors(errors),
    }
