"""``translate test PATH...``: fixture files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from translator.cli import forms
from translator.cli.console import ERROR, line, print_json, say, show
from translator.cli.options import FILE, json_flag, options_from, profile_flag, translation_flags
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError
from translator.harness.fixture_runs import run_fixtures
from translator.harness.fixtures import CaseResult

_WORDS = {True: "fires", False: "does not fire", None: "cannot say"}


@click.command(short_help="Run fixture files: events, and the verdict each must get.")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="PATH...")
@translation_flags
@profile_flag
@json_flag
def test(paths: tuple[Path, ...], as_json: bool, **flags: Any) -> int:
    """Run fixture files: each event must get the verdict that the file says, from both engines.

    Of a directory, all *.fixture.yaml and *.fixture.yml files below it are run, and the test files of
    SigmaHQ, detkit, kodon, rsigma and Zircolite as they are. docs/fixtures.md describes them.

    Example: translate test rules/
    """
    cases: list[CaseResult] = []
    errors: list[TranslatorError] = []
    for result in run_fixtures(list(paths), options_from(**flags)):
        if isinstance(result, TranslatorError):
            errors.append(result)
        else:
            cases.append(result)
    failed = [case for case in cases if not case.ok]
    if as_json:
        print_json(_as_json(cases, errors))
    else:
        for error in errors:
            say(str(error), ERROR)
        for case in failed:
            say(f"{case.file}: event {case.index} ({case.why}): {_why(case)}", ERROR)
        parts = [f"{len(cases) - len(failed)} passed", f"{len(failed)} failed"]
        parts += [f"{len(errors)} not readable"] if errors else []
        show([line((", ".join(parts), "bold"))])
    return EXIT_FAILED if failed or errors else EXIT_OK


def _why(case: CaseResult) -> str:
    if case.problem:
        return case.problem
    sigma, fortisiem = _WORDS[case.sigma], _WORDS[case.fortisiem]
    return f"expected {_WORDS[case.expected]}; Sigma {sigma}, FortiSIEM {fortisiem}"


def _as_json(cases: Sequence[CaseResult], errors: Sequence[TranslatorError]) -> dict[str, Any]:
    return {
        "passed": sum(case.ok for case in cases),
        "failed": sum(not case.ok for case in cases),
        "cases": [
            {
                "file": case.file,
                "index": case.index,
                "expected": case.expected,
                "sigma": case.sigma,
                "fortisiem": case.fortisiem,
                "ok": case.ok,
                "why": case.why,
                "problem": case.problem,
            }
            for case in cases
        ],
        "errors": forms.errors(errors),
    }
