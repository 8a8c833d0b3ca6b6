"""``translate hunt RULE --last 7d``: how often a rule would have fired on a server's events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.connection import CONNECTION, connected, connection_flags, moment, rules_of, span
from translator.cli.console import ERROR, line, print_json, progress, say, show
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.errors import EXIT_FAILED, TranslatorError, UsageError
from translator.pack.client.errors import ServerError

if TYPE_CHECKING:
    from translator.pack.client.hunt import RuleHunt
    from translator.pack.client.incidents import Fired

_STYLES = {"silent": "dim", "rare": "green", "usual": "green", "noisy": "yellow", "flood": "red"}


@click.command(short_help="Count what rules would have found on a server.")
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml|RULES.xml...|DIR")
@click.option("--last", default="7d", show_default=True, metavar="SPAN", help="How far back: 7d, 12h, 30m.")
@click.option("--until", metavar="TIME", help="Where it ends, as 2026-03-01T12:00:00Z; now unless given.")
@click.option(
    "--top", type=click.IntRange(min=0), default=5, show_default=True, help="Largest groups to show for each."
)
@click.option(
    "--incidents",
    "with_incidents",
    is_flag=True,
    help="Count the incidents of the same time, too: how often each rule fired as it is deployed.",
)
@connection_flags
@translation_flags
@profile_flag
@json_flag
def hunt(
    paths: tuple[str, ...],
    last: str,
    until: str | None,
    top: int,
    with_incidents: bool,
    state: Path | None,
    profile: str,
    as_json: bool,
    **flags: Any,
) -> int:
    """Send the filters of rules to a server as event queries, and count what they find on each day.

    Sigma rules are translated first. Shown are the events and groups of each day, the largest groups, and how
    noisy the rule would be: at most so many incidents a day, since a query has no sliding window and no order
    of sub-patterns. At most six queries run at once; the server is only read.

    \b
    translate hunt rule.yml --last 7d --url https://siem.example
    translate hunt pack/rules/windows/*.xml --last 7d --incidents --url https://siem.example

    With --incidents all incidents of the time are read, and those of each rule are counted by its event
    type: for a pack, name its rule files, since packs have event types of their own.
    """
    connection = {name: flags.pop(name) for name in CONNECTION}
    options = options_from(profile=profile, **flags)
    end = moment(until)
    start = end - span(last)
    errors: list[TranslatorError] = []
    rules, code = rules_of(paths, options, errors)
    if not rules and not errors:
        raise UsageError("no-rules", "there is no rule to hunt with", hint="name other files")
    with connected(**connection) as client:
        from translator.pack.client.hunt import DayCount, days_of
        from translator.pack.client.hunt import hunt as run
        from translator.pack.client.many import Journal

        queries = sum(len(rule.sub_patterns) for rule in rules) * len(days_of(start, end))
        with progress("hunting", queries) as step:
            found = run(rules, start, end, client, Journal(state, DayCount), step)
        known: Mapping[str, Fired] | None = None
        if with_incidents:
            from translator.pack.client.incidents import fired

            try:
                known = fired(client.session, int(start.timestamp()), int(end.timestamp()))
            except ServerError as refusal:
                errors.append(refusal)
    errors += [each for each in _failed(found) if str(each) not in map(str, errors)]
    if as_json:
        print_json({"rules": [_keys(each, top, known) for each in found], "errors": forms.errors(errors)})
    else:
        for error in errors:
            say(str(error), ERROR)
        show([each for rule in found for each in _lines(rule, top, known)])
    return max(code, EXIT_FAILED if errors else 0)


def _failed(found: Sequence[RuleHunt]) -> list[TranslatorError]:
    """Each error once: what the whole server says would be said for every query."""
    errors = [pattern.error for rule in found for pattern in rule.patterns if pattern.error]
    return list({str(error): error for error in errors}.values())


def _deployed(found: RuleHunt, known: Mapping[str, Fired]) -> Fired:
    from translator.pack.client.incidents import Fired

    return known.get(found.rule.incident.event_type.upper(), Fired())


def _lines(found: RuleHunt, top: int, known: Mapping[str, Fired] | None) -> Iterator[Text]:
    yield line((found.rule.name, "bold"))
    for pattern in found.patterns:
        yield line(f"  {pattern.pattern.name}: {pattern.events:,} events")
        for day, count in sorted(pattern.days.items()):
            cut = "" if count.whole else ", more groups than were read"
            yield line(f"    {day}  {count.events:>10,} events  {count.groups:>8,} groups{cut}")
        for key, number in pattern.top(top):
            names = zip(pattern.pattern.group_by, key, strict=True)
            shown = ", ".join(f"{name}={value or '-'}" for name, value in names) or "all events"
            yield line(f"    {number:>10,}  {shown}")
    days = found.incidents
    if days:
        mean = sum(days.values()) / len(days)
        text = f": at most {mean:,.1f} incidents a day, {max(days.values()):,} on the worst day"
        yield line("  Noise: ", (found.noise, _STYLES[found.noise]), text)
    else:
        yield line("  Noise: ", ("not known", "dim"))
    if known is not None:
        counted = _deployed(found, known)
        false = f", {counted.false:,} of them closed as false" if counted.false else ""
        yield line(f"  Deployed: {counted.incidents:,} incidents{false}")


def _keys(found: RuleHunt, top: int, known: Mapping[str, Fired] | None) -> dict[str, Any]:
    counted = None if known is None else _deployed(found, known)
    return {
        "name": found.rule.name,
        "event_type": found.rule.incident.event_type,
        "noise": found.noise or None,
        "incidents": found.incidents,
        "deployed": counted and {"incidents": counted.incidents, "closed_as_false": counted.false},
        "sub_patterns": [
            {
                "name": pattern.pattern.name,
                "events": pattern.events,
                "days": [
                    {"day": day, "events": count.events, "groups": count.groups, "whole": count.whole}
                    for day, count in sorted(pattern.days.items())
                ],
                "top": [
                    {"group": dict(zip(pattern.pattern.group_by, key, strict=True)), "events": number}
                    for key, number in pattern.top(top)
                ],
                "error": str(pattern.error) if pattern.error else None,
            }
            for pattern in found.patterns
        ],
    }
