"""``translate validate RULE... [--live]``: rules checked, and their filters shown to a server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.connection import CONNECTION, connected, connection_flags, rules_of
from translator.cli.console import ERROR, line, print_json, progress, say, show
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.cli.pack_lint import STYLES, as_keys, setting_from, target_flag
from translator.errors import EXIT_FAILED, TranslatorError
from translator.model.rule import Rule
from translator.pack.lint.check import Linter, worst
from translator.pack.lint.codes import Severity
from translator.pack.lint.finding import Finding
from translator.render.registry import Page
from translator.taxonomy.attack import from_tags
from translator.translate import render

if TYPE_CHECKING:
    from translator.pack.client.accept import FilterVerdict


@click.command(short_help="Check rules, and ask a server whether it takes their filters.")
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml|RULES.xml...|DIR")
@click.option("--live", is_flag=True, help="Ask the server, too: each filter as a query over one minute.")
@target_flag
@connection_flags
@translation_flags
@profile_flag
@json_flag
def validate(
    paths: tuple[str, ...],
    live: bool,
    target: Path | None,
    state: Path | None,
    profile: str,
    as_json: bool,
    **flags: Any,
) -> int:
    """Check rules as translate pack lint does, and with --live ask a server whether it takes their filters.

    Sigma rules are translated first. A server objects to filters that it cannot read and to attributes that
    it does not have; nothing is read and nothing is changed there. At most six queries run at once.

    \b
    translate validate rules/ --live --url https://siem.example
    """
    connection = {name: flags.pop(name) for name in CONNECTION}
    setting = setting_from(target, flags["taxonomy"], profile)
    options = options_from(profile=profile, **flags)
    errors: list[TranslatorError] = []
    rules, code = rules_of(paths, options, errors)
    linter = Linter(setting)
    text = render([Page(rule, from_tags(())) for rule in rules])
    findings = linter.check(text.encode(), "<rules>") if rules else []
    verdicts: Sequence[FilterVerdict] = ()
    if live:
        with connected(**connection) as client:
            from translator.pack.client.accept import accept
            from translator.pack.client.many import Journal

            with progress("asking", sum(len(rule.sub_patterns) for rule in rules)) as step:
                verdicts = accept(rules, int(time.time()), client, Journal(state, str), step)
    if as_json:
        print_json(_as_json(rules, findings, verdicts, errors))
    else:
        for error in errors:
            say(str(error), ERROR)
        show(_lines(rules, findings, verdicts, live))
    good = worst(findings) is not Severity.ERROR and all(each.verdict == "accepted" for each in verdicts)
    return max(code, 0 if good and not errors else EXIT_FAILED)


def _lines(
    rules: Sequence[Rule], findings: Sequence[Finding], verdicts: Sequence[FilterVerdict], live: bool
) -> Iterator[Text]:
    for finding in findings:
        severity = finding.severity
        yield line(
            f"{finding.rule}: ", (severity.value, STYLES[severity]), f": {finding.code}: {finding.text}"
        )
    not_asked = [each for each in verdicts if each.verdict == "not asked"]
    for each in verdicts:
        if each.verdict == "refused":
            yield line(f"{each.rule.name}: {each.pattern}: ", ("refused", ERROR), f": {each.said}")
    for why, count in Counter(each.said for each in not_asked).items():
        yield line((f"{count:,} filter{'s' * (count != 1)} not asked", ERROR), f": {why}")
    counts = Counter(finding.severity for finding in findings)
    said = [f"{counts[each]} {each.value}{'s' * (counts[each] != 1)}" for each in Severity if counts[each]]
    yield line(f"{len(rules):,} rule{'s' * (len(rules) != 1)}: {', '.join(said) or 'no fault found'}")
    if live:
        taken = sum(each.verdict == "accepted" for each in verdicts)
        yield line(f"{taken:,} of {len(verdicts):,} filters accepted by the server")


def _as_json(
    rules: Sequence[Rule],
    findings: Sequence[Finding],
    verdicts: Sequence[FilterVerdict],
    errors: Sequence[TranslatorError],
) -> dict[str, Any]:
    return {
        "rules": len(rules),
        "findings": [
            {name: value for name, value in as_keys(each).items() if name not in ("path", "line")}
            for each in findings
        ],
        "filters": [
            {
                "rule": each.rule.name,
                "sub_pattern": each.pattern,
                "verdict": each.verdict,
                "said": each.said or None,
            }
            for each in verdicts
        ],
        "errors": forms.errors(errors),
    }
