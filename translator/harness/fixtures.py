"""Fixture files: a rule, and events with the verdict that each must get. See docs/fixtures.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from translator.dialect.profile import load_profile
from translator.errors import InputError, Location, TranslatorError
from translator.harness.compare import fortisiem_side, sigma_sides
from translator.harness.events import Form, known_log_source, views
from translator.sources.documents import read_yaml_file
from translator.sources.files import find_fixture_files
from translator.sources.sigma import RuleSource, read_rule
from translator.translate import Options, Translation, load, translate


class FixtureEvent(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One event and the verdict that it must get."""

    event: dict[str, Any]
    fires: bool
    why: str
    form: Form = msgspec.field(name="as")


class FixtureFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A fixture file as written. ``rule`` is a path, relative to the file, or the rule itself."""

    rule: str | dict[str, Any]
    events: list[FixtureEvent]
    sources: str | list[str] = "primary"
    placeholders: dict[str, list[str]] = {}
    refused: str = ""


@dataclass(frozen=True)
class CaseResult:
    """The verdicts on one event. ``sigma`` is None for an event that is given as attributes."""

    file: str
    index: int
    expected: bool
    sigma: bool | None
    fortisiem: bool | None
    why: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether every engine that could judge gave the expected verdict."""
        judged = [verdict for verdict in (self.sigma, self.fortisiem) if verdict is not None]
        return not self.problem and bool(judged) and all(verdict is self.expected for verdict in judged)


def run_fixtures(paths: list[Path], options: Options) -> Iterator[CaseResult | TranslatorError]:
    """The cases of fixture files and of directories of them; a file that cannot be read gives its error."""
    for path in paths:
        try:
            for file in find_fixture_files(path):
                yield from run_file(file, options)
        except TranslatorError as error:
            yield error


def run_file(path: Path, options: Options) -> Iterator[CaseResult | TranslatorError]:
    """The cases of one file."""
    try:
        fixture = read_fixture(path)
        source = _rule(fixture, path)
    except TranslatorError as error:
        yield error.at(Location(str(path)))
        return
    yield from _cases(fixture, source, path, options)


def read_fixture(path: Path) -> FixtureFile:
    """A fixture file.

    Raises: InputError(fixture-invalid) with the place inside the file, and as read_yaml_file.
    """
    documents = read_yaml_file(path)
    if len(documents) != 1:
        raise InputError(
            "fixture-invalid",
            f"the file has {len(documents)} documents",
            Location(str(path)),
            "write one fixture per file",
        )
    content: Mapping[str, Any] = documents[0].content
    try:
        return msgspec.convert(content, FixtureFile)
    except msgspec.ValidationError as error:
        raise InputError(
            "fixture-invalid", str(error), Location(str(path)), "see docs/fixtures.md"
        ) from error


def _rule(fixture: FixtureFile, path: Path) -> RuleSource:
    """The one rule of the fixture."""
    if not isinstance(fixture.rule, str):
        return read_rule(fixture.rule, Location(str(path)))
    target = path.parent / fixture.rule
    found = list(load([target]))
    if len(found) != 1:
        raise InputError(
            "fixture-rule", f"{target} holds {len(found)} rules", hint="name a file with one rule"
        )
    if isinstance(found[0], TranslatorError):
        raise found[0]
    return found[0]


def _cases(fixture: FixtureFile, source: RuleSource, path: Path, options: Options) -> Iterator[CaseResult]:
    placeholders = {
        **options.placeholders,
        **{name: tuple(values) for name, values in fixture.placeholders.items()},
    }
    sources = fixture.sources if isinstance(fixture.sources, str) else tuple(fixture.sources)
    translations = translate(source, replace(options, sources=sources, placeholders=placeholders))
    dialect = load_profile(options.profile)
    problem = _refusal_problem(translations, fixture.refused)
    engines = [fortisiem_side(each, dialect) for each in translations if each.rule] if not problem else []
    oracles = sigma_sides(source, placeholders)
    log_source = known_log_source(source, options.settings.taxonomy)
    for index, case in enumerate(fixture.events):
        verdicts: tuple[bool | None, bool | None] = (None, None)
        trouble = problem
        try:
            seen = views(case.event, case.form, log_source)
            sigma = None if seen.sigma is None else any(oracle.fires(seen) for oracle in oracles)
            verdicts = (sigma, any(engine.matches(seen.fortisiem) for engine in engines) if engines else None)
        except TranslatorError as error:
            trouble = str(error)
        yield CaseResult(str(path), index, case.fires, *verdicts, case.why, trouble)


def _refusal_problem(translations: tuple[Translation, ...], expected: str) -> str:
    """What is wrong with the refusals, against the code that the fixture expects."""
    refusals = [note for each in translations for note in each.refusals]
    if expected and not any(note.code.name == expected for note in refusals):
        return f"the rule should be refused with {expected}"
    if not expected and refusals:
        return f"the rule is refused: {refusals[0].code.name}: {refusals[0].text}"
    return ""
