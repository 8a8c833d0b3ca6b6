"""All checks over rule documents: from bytes to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from translator.errors import InputError, Location
from translator.model.check import problems
from translator.pack.lint import filters, grouping, incidents, names, patterns, reach, sequences, vocabulary
from translator.pack.lint.codes import Severity
from translator.pack.lint.document import RuleText, read_document
from translator.pack.lint.finding import Finding, Hit, short
from translator.pack.lint.setting import Setting
from translator.parse.parsed import ParsedRule

CHECKS: tuple[Callable[[RuleText, Setting], Iterator[Hit]], ...] = (
    *names.CHECKS,
    *incidents.CHECKS,
    *vocabulary.CHECKS,
    *filters.CHECKS,
    *patterns.CHECKS,
    *reach.CHECKS,
    *grouping.CHECKS,
    *sequences.CHECKS,
)
_OWN = ("filter-syntax", "mapping-syntax")
"""Errors of the reader that a check reports with more detail."""
_REPORTED = ("incident attribute", "a watch list takes")
_UNIQUE = {"Name": "name-duplicate", "IncidentDef/@eventType": "event-type-duplicate"}
_FIXED_ELSEWHERE = tuple(f"@{name}=" for name in names.BOOKKEEPING)


class Linter:
    """Looks at documents one after the other; what must be unique is so among all of them."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.rules = 0
        self._seen: dict[tuple[str, str], Location] = {}

    def check(self, data: bytes, path: str) -> list[Finding]:
        """The findings of one document, by line."""
        try:
            rules = read_document(data, path)
        except InputError as error:
            place = error.location or Location(path)
            return [Finding("document-unreadable", place, "", _said(error))]
        if not rules:
            return [Finding("document-empty", Location(path), "", "there is no <Rule> in it")]
        self.rules += len(rules)
        found = [
            Finding(hit.code, Location(path, hit.line), rule.name, hit.text, rule.translated)
            for rule in rules
            for hit in dict.fromkeys(self._hits(rule, path))
        ]
        return sorted(found, key=lambda each: each.location.line or 0)

    def _hits(self, rule: RuleText, path: str) -> Iterator[Hit]:
        yield from self._structure(rule)
        yield from self._repeated(rule, path)
        for check in CHECKS:
            yield from check(rule, self.setting)

    def _structure(self, rule: RuleText) -> Iterator[Hit]:
        """What schema and reader say; the reader has the better words where both object."""
        broken, reader = rule.schema_error, rule.parsed
        if isinstance(reader, InputError) and reader.code not in _OWN:
            line = reader.location.line if reader.location else rule.line
            yield Hit("schema" if broken else "rule-unreadable", line, _said(reader))
        elif broken:
            yield Hit("schema", broken.line, broken.text)
        if isinstance(reader, ParsedRule):
            yield from _remarks(rule, reader, sound=broken is None)

    def _repeated(self, rule: RuleText, path: str) -> Iterator[Hit]:
        for part, code in _UNIQUE.items():
            value = rule.text(part).strip()
            place = Location(path, rule.line_at(part))
            first = self._seen.setdefault((part, value.casefold()), place)
            if value and first is not place:
                yield Hit(code, place.line, f"'{short(value)}' is also at {first}")


def _remarks(rule: RuleText, reader: ParsedRule, sound: bool) -> Iterator[Hit]:
    for part in reader.unknown:
        if not part.startswith(_FIXED_ELSEWHERE) and not part.endswith("(repeated)"):
            yield Hit("part-unknown", rule.line, part)
    for problem in _problems(reader) if sound else ():
        yield Hit("rule-unsound", rule.line, problem)


def _problems(reader: ParsedRule) -> Iterator[str]:
    """What makes the rule unsound, without what a check of its own reports."""
    for problem in problems(reader.rule):
        if not problem.startswith(_REPORTED):
            yield problem


def _said(error: InputError) -> str:
    """What is wrong and what to do, without the place, which the finding has."""
    return f"{error.cause}{f'; {error.hint}' if error.hint else ''}"


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The severity of the worst finding; None where there is none."""
    found = {finding.severity for finding in findings}
    return next((each for each in Severity if each in found), None)
