"""A rule document as the checks see it: each part with its line, each condition read on its own.

A condition that cannot be read hides none of the others, which is why the checks do not start from the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import NamedTuple

from lxml import etree

from translator.errors import InputError
from translator.hardened_xml import line_of
from translator.model.expr import Expr
from translator.parse.arguments import parse_list
from translator.parse.expression import Parsed, parse_filter
from translator.parse.parsed import ParsedRule
from translator.parse.rule_xml import read_rules
from translator.parse.rule_xml.document import rule_elements

_VAGUE = ("Invalid sequence in interleave", "failed to validate", "Expecting an element ,")


class Part(NamedTuple):
    """A text of the document and the line where it starts."""

    text: str
    line: int | None


@dataclass(frozen=True)
class Condition:
    """A text of the filter language; ``error`` instead of a meaning where it cannot be read."""

    text: str
    line: int | None
    parsed: Parsed | None = None
    error: InputError | None = None

    @property
    def expr(self) -> Expr | None:
        """What it means."""
        return self.parsed.expr if self.parsed else None


@dataclass(frozen=True)
class PatternText:
    """One sub-pattern. ``of_clear``: it belongs to the clear condition."""

    name: str
    line: int | None
    filter: Condition | None
    group_by: tuple[str, ...]
    group_line: int | None
    aggregate: Condition | None
    of_clear: bool


class RuleText:
    """One rule. ``parsed`` is the model, or the reason why there is none."""

    def __init__(self, element: etree._Element, parsed: ParsedRule | InputError) -> None:
        self._element = element
        self.parsed = parsed
        self.line = line_of(element)

    @property
    def name(self) -> str:
        """The name of the rule, without blanks around it."""
        return self.text("Name").strip()

    @property
    def translated(self) -> bool:
        """Whether the rule says which Sigma rule it comes from."""
        return bool(self.text("SigmaFileName").strip())

    def part(self, path: str) -> Part | None:
        """A part by its path, such as ``Name`` or ``IncidentDef/@eventType``."""
        place, is_attribute, attribute = path.partition("@")
        element = self._element.find(place.rstrip("/")) if place else self._element
        if element is None:
            return None
        value = element.get(attribute) if is_attribute else element.text or ""
        return None if value is None else Part(value, line_of(element))

    def text(self, path: str) -> str:
        """The text of a part; empty where it is missing."""
        found = self.part(path)
        return found.text if found else ""

    def line_at(self, path: str) -> int | None:
        """The line of a part, or of the rule where it is missing."""
        found = self.part(path)
        return found.line if found else self.line

    @property
    def attributes(self) -> Iterator[tuple[str, str]]:
        """The attributes of the rule's element."""
        yield from ((str(name), str(value)) for name, value in self._element.items())

    @cached_property
    def patterns(self) -> tuple[PatternText, ...]:
        """The sub-patterns of the rule, then those of its clear condition."""
        own = self._element.findall("PatternClause/SubPattern")
        clear = self._element.findall("ClearCondition/PatternClause/SubPattern")
        return (*(_pattern(each, False) for each in own), *(_pattern(each, True) for each in clear))

    @cached_property
    def constraints(self) -> tuple[Condition, ...]:
        """The global constraints, which name sub-patterns."""
        places = ("PatternClause/GlobalConstr", "GlobalConstr", "ClearCondition/PatternClause/GlobalConstr")
        found = (self._element.find(place) for place in places)
        return tuple(each for element in found if (each := _condition(element)) is not None)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every text of the filter language."""
        own = (condition for each in self.patterns for condition in (each.filter, each.aggregate))
        clear = _condition(self._element.find("ClearCondition/ClearConstr"))
        return tuple(each for each in (*own, *self.constraints, clear) if each is not None)

    def ranks(self, clause: str) -> tuple[str, ...]:
        """The ranks of the operators of a clause, as they are written; 0 where none is."""
        return tuple(each.get("rank", "0") for each in self._element.findall(f"{clause}/Operator"))

    @property
    def schema_error(self) -> Part | None:
        """What the schema objects to first, or None."""
        schema = _schema()
        if schema.validate(self._element):
            return None
        entries = [(entry.line or None, str(entry.message)) for entry in schema.error_log]
        clear = [each for each in entries if not each[1].startswith(_VAGUE) and _VAGUE[1] not in each[1]]
        line, message = (clear or entries)[0]
        return Part(message, line or self.line)


def read_document(data: bytes, path: str) -> tuple[RuleText, ...]:
    """The rules of a document.

    Raises: InputError(rule-xml) when the document itself cannot be read.
    """
    outcomes = read_rules(data, path)
    return tuple(
        RuleText(element, parsed) for element, parsed in zip(rule_elements(data, path), outcomes, strict=True)
    )


@cache
def _schema() -> etree.RelaxNG:
    text = (resources.files(__package__) / "data" / "rule.rng").read_bytes()
    return etree.RelaxNG(etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True)))


def _pattern(element: etree._Element, of_clear: bool) -> PatternText:
    group_by = element.find("GroupByAttr")
    return PatternText(
        name=element.get("name", ""),
        line=line_of(element),
        filter=_condition(element.find("SingleEvtConstr")),
        group_by=() if group_by is None else parse_list(group_by.text or ""),
        group_line=line_of(element if group_by is None else group_by),
        aggregate=_condition(element.find("GroupEvtConstr")),
        of_clear=of_clear,
    )


def _condition(element: etree._Element | None) -> Condition | None:
    if element is None or len(element) or not (element.text or "").strip():
        return None
    text = element.text or ""
    try:
        return Condition(text, line_of(element), parse_filter(text))
    except InputError as error:
        return Condition(text, line_of(element), error=error)
