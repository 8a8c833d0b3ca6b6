"""kodon's ``samples/RULE/hit.jsonl`` and ``miss.jsonl``: rows of which one must fire, or none may.

``RULE`` is the name of a file below the folder ``rules``. The names of columns are those of the files in
``pipelines``, which say what each Sigma field is called; without such a file they are Sigma fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from translator.errors import InputError, Location
from translator.harness.foreign.expectation import Count, Expectation, counted
from translator.harness.foreign.reading import converted, mapping, read_yaml
from translator.harness.foreign.rules import CODE, nearest, only_rule
from translator.sources.correlation import CorrelationSource
from translator.sources.events import read_events
from translator.sources.sigma import RuleSource

_TIME, _OUR_TIME = "ts", "@timestamp"


def read(path: Path) -> Iterator[Expectation]:
    """What the rows must do.

    Raises: InputError with the line, for the rows, the rule and the pipelines.
    """
    place = Location(str(path))
    rule = only_rule(_rule_file(path, place), place)
    names = _columns(path)
    rows = [(_fields(each.content, names, rule), each.location) for each in read_events(path)]
    hits = path.name.startswith("hit")
    count = Count(1) if hits else Count(0, 0)
    yield counted(rule, rows, count, "a row must hit" if hits else "no row may hit")


def _rule_file(path: Path, place: Location) -> Path:
    """The file of the rule that the folder of the rows is called after."""
    name = path.absolute().parent.name
    folder = nearest(path, "rules")
    found = (
        sorted(each for each in folder.rglob(f"{_literal(name)}.y*ml") if each.is_file()) if folder else []
    )
    if len(found) != 1:
        cause = f"{len(found)} files below {folder or 'a folder rules'} are called {name}.yml"
        raise InputError(CODE, cause, place, "the folder of the rows has the name of the rule's file")
    return found[0]


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _columns(path: Path) -> Mapping[str, str]:
    """The column of each Sigma field, from the pipelines beside the rules."""
    folder = nearest(path, "pipelines")
    names: dict[str, str] = {}
    for file in sorted(folder.glob("*.y*ml")) if folder else ():
        document = read_yaml(file)
        content = mapping(document.content, document)
        steps = converted(
            document, content.get("transformations") or [], list[dict[str, Any]], ("transformations",)
        )
        for number, step in enumerate(steps):
            if step.get("type") == "field_name_mapping":
                keys = ("transformations", number, "mapping")
                names |= converted(document, step.get("mapping"), dict[str, str], keys)
    return names


def _fields(row: Mapping[str, Any], names: Mapping[str, str], rule: RuleSource) -> dict[str, Any]:
    """A row as the fields that the rule asks for, and the time, which a correlation needs."""
    asked = (*rule.fields, *_grouped(rule))
    found = {name: row[column] for name in asked if (column := names.get(name, name)) in row}
    if isinstance(rule, CorrelationSource) and _TIME in row:
        found[_OUR_TIME] = row[_TIME]
    return found


def _grouped(rule: RuleSource) -> tuple[str, ...]:
    """The fields that a correlation groups by and counts."""
    section = rule.document.get("correlation") if isinstance(rule, CorrelationSource) else None
    if not isinstance(section, Mapping):
        return ()
    groups = section.get("group-by") or ()
    condition = section.get("condition")
    counted_field = condition.get("field") if isinstance(condition, Mapping) else None
    return (*([groups] if isinstance(groups, str) else groups), *([counted_field] if counted_field else []))
