"""``translate test PATH...``: fixture files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from translator.cli.console import print_json, results, say
from translator.cli.convert import error_json
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError
from translator.harness.fixtures import CaseResult, run_fixtures


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@translation_flags
@profile_flag
@json_flag
def test(paths: tuple[Path, ...], as_json: bool, **flags: Any) -> int:
    """Run fixture files: each event must get the verdict that the file says, from both engines."""
    cases: list[CaseResult] = []
    errors: list[TranslatorError] = []
    for result in run_fixtures(list(paths), options_from(**flags)):
        (errors if isinstance(result, TranslatorError) else cases).append(result)  # type: ignore[arg-type]
    failed = [case for case in cases if not case.ok]
    if as_json:
        print_json(_as_json(cases, errors))
    else:
        for error in errors:
            say(str(error), "red")
        for case in failed:
            say(f"{case.file}: event {case.index} ({case.why}): {_why(case)}", "red")
        results().print(
            f"[bold]{len(cases) - len(failed)} passed, {len(failed)} failed[/]"
            + (f", {len(errors)} file(s) not readable" if errors else "")
        )
    return EXIT_FAILED if failed or errors else EXIT_OK


def _why(case: CaseResult) -> str:
    if case.problem:
        return case.problem
    words = {True: "fires", False: "does not fire", None: "cannot say"}
    return f"expected {words[case.expected]}; Sigma {words[case.sigma]}, FortiSIEM {words[case.fortisiem]}"


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
        "errors": [error_json(error) for error in errors],
    }
