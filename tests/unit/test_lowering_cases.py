"""Every case of tests/cases/lowering: a Sigma detection, the filter and the notes it must give.

See tests/cases/lowering/README.md for the keys of a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml

from tests.property.lab import TAXONOMY, attributes, taxonomy
from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.errors import Location, TranslatorError
from translator.model.expr import And, Expr, all_of
from translator.options import Options
from translator.oracle import compile_rule as compile_sigma
from translator.render.expression import print_filter
from translator.sources.sigma import read_rule
from translator.translate import Translation, translate

FOLDER = TAXONOMY.parent
PROFILES = ("default", "sql-null")


@dataclass(frozen=True)
class Case:
    """One case: a document of Sigma, and everything expected of it."""

    file: str
    sigma: dict[str, Any]
    log_source: dict[str, str]
    options: dict[str, Any]
    expected: dict[str, Any]
    negated: bool

    def __str__(self) -> str:
        return f"{self.file}: {self.expected['name']}{' (not)' if self.negated else ''}"

    @property
    def document(self) -> dict[str, Any]:
        condition = "not selection" if self.negated else "selection"
        whole = self.sigma if "condition" in self.sigma else {"selection": self.sigma, "condition": condition}
        return {"title": "Case", "logsource": self.log_source, "detection": whole}

    def translations(self) -> tuple[Translation, ...]:
        return translate(
            read_rule(self.document, Location("case.yml")), _options(yaml.safe_dump(self.options))
        )


@cache
def _options(written: str) -> Options:
    """The options of a case; reading the taxonomy takes longer than translating."""
    given = {**yaml.safe_load(written), "taxonomy": (TAXONOMY,)}
    if isinstance(given.get("sources"), list):
        given["sources"] = tuple(given["sources"])
    if "placeholders" in given:
        given["placeholders"] = {name: tuple(each) for name, each in given["placeholders"].items()}
    return Options(**given)


def _cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path == TAXONOMY:
            continue
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in content["cases"]:
            log_source = row.get(
                "logsource", content.get("logsource", {"product": "lab", "category": "process"})
            )
            options = {**content.get("options", {}), **row.get("options", {})}
            yield Case(path.stem, row["sigma"], log_source, options, row, False)
            if "not" in row:
                yield Case(path.stem, row["sigma"], log_source, options, row, True)


CASES = tuple(_cases())


@cache
def _translations(number: int) -> tuple[Translation, ...] | TranslatorError:
    try:
        return CASES[number].translations()
    except TranslatorError as error:
        return error


def _filter(number: int) -> Expr:
    """The filter of the one rule that the case gives."""
    found = _translations(number)
    if isinstance(found, TranslatorError):
        raise found
    (translation,) = found
    assert translation.rule is not None, [str(note) for note in translation.notes]
    return translation.rule.sub_patterns[0].filter


def _rest(expr: Expr) -> Expr:
    """The filter without the event type in front."""
    assert isinstance(expr, And)
    return all_of(expr.items[1:])


NUMBERS = [pytest.param(number, id=str(case)) for number, case in enumerate(CASES)]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_case_gives_its_filter(number: int) -> None:
    case = CASES[number]
    wanted = case.expected["not"] if case.negated else case.expected.get("filter", case.expected.get("whole"))
    if wanted is None:
        found = _translations(number)
        if isinstance(found, TranslatorError):
            assert found.code == case.expected["refused"]
        else:
            assert case.expected["refused"] in [note.code.name for each in found for note in each.refusals]
            assert all(each.rule is None for each in found)
        return
    expr = _filter(number)
    assert print_filter(expr if "whole" in case.expected else _rest(expr)) == wanted


@pytest.mark.parametrize("number", NUMBERS)
def test_a_case_gives_its_notes(number: int) -> None:
    case = CASES[number]
    found = _translations(number)
    if isinstance(found, TranslatorError):
        return
    opposite = {"wider": "narrower", "narrower": "wider"}
    wanted = case.expected.get("notes", {})
    if case.negated:
        wanted = {code: opposite.get(effect, effect) for code, effect in wanted.items()}
        wanted = case.expected.get("notes_not", wanted)
    notes = {note.code.name: note.effect.value for each in found for note in each.notes}
    notes = {code: effect for code, effect in notes.items() if code not in ("sources-primary",)}
    if "refused" in case.expected and not case.negated:
        wanted = {**wanted, case.expected["refused"]: "refused"}
    assert notes == wanted


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_case_fires_on_its_events(number: int, profile: str) -> None:
    case = CASES[number]
    events = [
        (event, sigma, engine)
        for key, sigma, engine in (
            ("hits", True, True),
            ("misses", False, False),
            ("fortisiem_only", False, True),
            ("sigma_only", True, False),
        )
        for event in case.expected.get(key, ())
    ]
    if not events:
        return
    known = taxonomy()
    log_source = known.log_source(*(case.log_source.get(key) for key in ("product", "category", "service")))
    assert log_source is not None
    holds = compile_filter(_filter(number), load_profile(profile))
    (oracle,) = compile_sigma(case.document, case.options.get("placeholders"))
    for event, sigma, engine in events:
        seen = attributes(event, log_source, known)
        expected = (sigma is not case.negated, engine is not case.negated)
        assert (oracle.matches(event), bool(holds(seen))) == expected, (event, seen)
