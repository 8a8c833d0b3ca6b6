"""Fixture files: a rule, and events with the verdict that each must get. See docs/fixtures.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from translator.dialect.profile import load_profile
from translator.errors import InputError, Location, TranslatorError
from translator.harness.compare import SigmaSide, fortisiem_side, from_xml, group_context, sigma_sides
from translator.harness.deciding import Deciders
from translator.harness.events import known_log_source, views
from translator.harness.fixture_file import (
    FixtureEvent,
    FixtureFile,
    SequenceEvent,
    check_kind,
    read_fixture,
)
from translator.harness.streams import TimedEvent, fortisiem_verdicts, see, sigma_verdicts
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import Document
from translator.sources.files import STANDARD_INPUT
from translator.sources.rule_files import rule_sources
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import Taxonomy
from translator.translate import Translation, load, translate


@dataclass(frozen=True)
class CaseResult:
    """The verdicts on one event. ``sigma`` is None for an event that is given as attributes.

    ``unreadable``: the fixture says that the rule is refused, for a reason for which Sigma cannot read it
    either, so that there is no verdict at all. ``decides``: the conditions on which the verdict of FortiSIEM
    hangs, where it is another one than expected.
    """

    file: str
    index: int
    expected: bool
    sigma: bool | None
    fortisiem: bool | None
    why: str
    problem: str = ""
    unreadable: bool = False
    decides: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every engine that could judge gave the expected verdict."""
        judged = [verdict for verdict in (self.sigma, self.fortisiem) if verdict is not None]
        wanted = bool(judged) is not self.unreadable
        return not self.problem and wanted and all(verdict is self.expected for verdict in judged)


def run_file(path: Path, options: Options) -> Iterator[CaseResult | TranslatorError]:
    """The cases of one file, or the error that keeps it from being run."""
    try:
        fixture = read_fixture(path)
        cases = list(cases_of(fixture, _rule(fixture, path), path, options))
    except TranslatorError as error:
        yield error.at(Location(str(path)))
        return
    yield from cases


def _rule(fixture: FixtureFile, path: Path) -> RuleSource:
    """The one rule of the fixture."""
    if not isinstance(fixture.rule, str):
        written = next(rule_sources([Document(fixture.rule, Location(str(path)), 0)]), None)
        if written is None:
            raise InputError("fixture-rule", "a filter is no rule", hint="name a rule")
        if isinstance(written, TranslatorError):
            raise written
        return written
    target = path.parent / fixture.rule
    if target == STANDARD_INPUT:
        raise InputError(
            "fixture-rule", "a fixture cannot read its rule from standard input", hint="name a file"
        )
    found = list(load([target]))
    number = fixture.document or 1
    if number > len(found) or (fixture.document is None and len(found) > 1):
        hint = f"say which one with 'document: 1' to {len(found)}" if found else "name a file with a rule"
        raise InputError("fixture-rule", f"{target} holds {len(found)} rule(s)", hint=hint)
    rule = found[number - 1]
    if isinstance(rule, TranslatorError):
        raise type(rule)(rule.code, f"{rule.cause} (named by {path})", rule.location, rule.hint)
    return rule


def cases_of(fixture: FixtureFile, source: RuleSource, path: Path, options: Options) -> Iterator[CaseResult]:
    """The verdicts on the events of a fixture about that rule.

    Raises: TranslatorError where the rule or an event cannot be judged.
    """
    placeholders = {
        **options.placeholders,
        **{name: tuple(map(str, values)) for name, values in fixture.placeholders.items()},
    }
    sources = fixture.sources if isinstance(fixture.sources, str) else tuple(fixture.sources)
    groups = {**options.groups, **fixture.groups}
    options = replace(options, sources=sources, placeholders=placeholders, groups=groups)
    translations = translate(source, options)
    check_kind(fixture, source)
    dialect = load_profile(options.profile)
    problem = _refusal_problem(translations, fixture.refused)
    taxonomy = options.settings.taxonomy
    done = [] if problem else [each for each in translations if each.rule]
    if isinstance(source, CorrelationSource):
        for result in _stream_cases(fixture, source, done, options):
            yield replace(result, file=str(path), problem=problem or result.problem)
        return
    context = group_context(groups, placeholders)
    engines = [fortisiem_side(each, dialect, context) for each in done]
    filters = [engine.rule.sub_patterns[0].filter for engine in engines]
    deciders = Deciders(filters, dialect, context) if filters else None
    oracles = _oracles(source, placeholders, fixture.refused)
    log_source = known_log_source(source, taxonomy)
    for index, case in enumerate(fixture.events):
        verdicts: tuple[bool | None, bool | None] = (None, None)
        decides: tuple[str, ...] = ()
        trouble = problem or (_unknown_attribute(case, taxonomy) if case.form == "fortisiem" else "")
        try:
            seen = views(case.event, case.form, log_source)
            can_say = oracles and seen.sigma is not None
            sigma = any(oracle.fires(seen) for oracle in oracles) if can_say else None
            verdicts = (sigma, any(engine.matches(seen.fortisiem) for engine in engines) if engines else None)
            if deciders and verdicts[1] is not case.fires:
                decides = deciders.of(seen.fortisiem)
        except TranslatorError as error:
            trouble = str(error)
        yield CaseResult(
            str(path),
            index,
            case.fires,
            *verdicts,
            case.why,
            trouble,
            unreadable=not oracles,
            decides=decides,
        )


def _stream_cases(
    fixture: FixtureFile,
    source: CorrelationSource,
    translations: list[Translation],
    options: Options,
) -> Iterator[CaseResult]:
    """The verdicts on each event of each sequence; indices go on from one sequence to the next."""
    dialect, taxonomy = load_profile(options.profile), options.settings.taxonomy
    context = group_context(options.groups, options.placeholders)
    rules = [from_xml(each) for each in translations]
    index = 0
    for sequence in fixture.sequences:
        events = [TimedEvent(each.at, each.event, each.form, each.of) for each in sequence.events]
        stream = see(source, events, taxonomy)
        nothing: list[bool | None] = [None] * len(stream)
        unreadable = False
        try:
            sigma = sigma_verdicts(source, stream, options.placeholders) or nothing
        except TranslatorError as error:
            if error.code != fixture.refused:
                raise
            sigma, unreadable = nothing, True
        engine = fortisiem_verdicts(rules, stream, dialect, context) if rules else nothing
        for case, one, other in zip(sequence.events, sigma, engine, strict=True):
            trouble = _unknown_attribute(case, taxonomy) if case.form == "fortisiem" else ""
            why = ": ".join(filter(None, (sequence.why, case.why)))
            yield CaseResult("", index, case.fires, one, other, why, trouble, unreadable)
            index += 1


def _oracles(
    source: RuleSource, placeholders: dict[str, tuple[str, ...]], refused: str
) -> tuple[SigmaSide, ...]:
    """The oracle's reading of each condition; none where it cannot read a rule that is to be refused."""
    try:
        return sigma_sides(source, placeholders)
    except TranslatorError as error:
        if error.code != refused:
            raise
        return ()


def _unknown_attribute(case: FixtureEvent | SequenceEvent, taxonomy: Taxonomy) -> str:
    """The attribute that does not exist: a misspelt one would be absent, and a near miss pass for it."""
    unknown = next((name for name in case.event if taxonomy.attribute_type(name) is None), None)
    return f"FortiSIEM has no attribute '{unknown}'" if unknown else ""


def _refusal_problem(translations: tuple[Translation, ...], expected: str) -> str:
    """What is wrong with the refusals, against the code that the fixture expects."""
    refusals = [note for each in translations for note in each.refusals]
    if expected and not any(note.code.name == expected for note in refusals):
        return f"the rule should be refused with {expected}"
    if not expected and refusals:
        return f"the rule is refused: {refusals[0].code.name}: {refusals[0].text}"
    return ""
