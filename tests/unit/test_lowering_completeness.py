"""Nothing that the library or the catalogue knows is left without a decision, and each decision is tried."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from sigma import types
from sigma.conversion.base import Backend

from tests.unit.test_lowering_cases import CASES
from translator.errors import TranslatorError
from translator.lowering.backend import FilterBackend
from translator.lowering.values import lowers_type
from translator.notes import CATALOGUE, Code, rules
from translator.sources.modifiers import KNOWN

ELSEWHERE = {
    "attack-unknown": "about tags: tests/unit/test_translate.py",
    "contain-backslash": "about rules written by hand: tests/unit/test_dialect_limits.py",
    "filter-too-large": "needs a long rule: tests/unit/test_translate.py",
    "name-changed": "about titles: tests/unit/test_translate.py",
    "name-characters": "about rules written by hand: tests/unit/test_dialect_limits.py",
    "name-unprintable": "needs a taxonomy of its own: tests/unit/test_translate.py",
    "pattern-too-long": "needs a long rule: tests/unit/test_translate.py",
    "several-tactics": "about tags: tests/unit/test_translate.py",
}
"""Codes that no case raises, and what tries them."""
NOT_OF_RULES = {
    types.SigmaQueryExpression: "made by processing pipelines, of which none runs",
    types.SigmaType: "the base of the others",
    types.SigmaFieldReference: "compared by lowering.references; a keyword cannot refer to a field",
}
"""Types of values that lowering has no function for."""


@cache
def raised() -> frozenset[str]:
    """The codes that cases give: notes, refusals and errors."""
    codes: set[str] = set()
    for case in CASES:
        try:
            codes.update(note.code.name for each in case.translations() for note in each.notes)
        except TranslatorError as error:
            codes.add(error.code)
    return frozenset(codes)


def test_every_code_of_the_catalogue_is_raised() -> None:
    own = {value.name for value in vars(rules).values() if isinstance(value, Code)}
    assert own - raised() - ELSEWHERE.keys() == set()


def test_what_is_tried_elsewhere_is_not_raised_here() -> None:
    assert ELSEWHERE.keys() & raised() == set()
    for reason in ELSEWHERE.values():
        assert (Path(__file__).parents[2] / reason.split(": ")[1]).is_file()


def test_cases_raise_only_codes_of_the_catalogue() -> None:
    assert raised() <= CATALOGUE.keys()


def test_every_modifier_is_lowered_or_refused() -> None:
    tried: dict[str, set[bool]] = {name: set() for name in KNOWN}
    for case in CASES:
        try:
            refused = any(each.rule is None for each in case.translations())
        except TranslatorError:
            continue
        for selection in case.document["detection"].values():
            for key in selection if isinstance(selection, dict) else ():
                for name in key.split("|")[1:]:
                    tried[name].add(refused)
    parts_of_times = {"minute", "day", "week", "month", "year"}
    assert {name for name, outcomes in tried.items() if False not in outcomes} == parts_of_times
    assert all(True in tried[name] for name in parts_of_times)


def test_every_type_of_value_has_a_function() -> None:
    known = {
        value
        for value in vars(types).values()
        if isinstance(value, type) and issubclass(value, types.SigmaType)
    }
    without = {kind for kind in known if not lowers_type(kind)}
    assert without == NOT_OF_RULES.keys()


def test_the_library_decides_nothing_by_default() -> None:
    """Every method that turns a part of a condition into something is our own."""
    inherited = {
        name
        for name in vars(Backend)
        if name.startswith("convert_condition_") and getattr(FilterBackend, name) is getattr(Backend, name)
    }
    # Reached only through methods that are our own.
    assert inherited <= {"convert_condition_field_eq_val_exists", "convert_condition_field_eq_expansion"}


def test_refusals_name_codes_of_the_catalogue() -> None:
    folder = Path(__file__).parents[2] / "translator" / "lowering"
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                assert not isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}"
