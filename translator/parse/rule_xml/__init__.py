"""Rule XML to models: files for GUI import, exports, and hand-written rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypedDict

from lxml import etree

from translator.errors import InputError, Location
from translator.model.check import RELATION_TYPES, problems
from translator.model.expr import Attribute, Call, Expr, Number, Test
from translator.model.rule import (
    ClearPattern,
    CustomerScope,
    Incident,
    IncidentAttribute,
    Origin,
    QuietPeriod,
    Relation,
    Rule,
    SubPattern,
    WatchListEntry,
)
from translator.parse.arguments import parse_list, parse_mapping, parse_ties
from translator.parse.expression import Precedence, parse_filter
from translator.parse.parsed import ParsedRule
from translator.parse.rule_xml.document import line_of, malformed, rule_elements
from translator.parse.rule_xml.leftovers import leftovers

_TEXTS = {
    "Name": "name",
    "IncidentTitle": "title",
    "Description": "description",
    "Remediation": "remediation",
    "DetectionTechnology": "detection_technology",
    "DataSource": "data_source",
}
# Where several attributes stand for one field, the first that is there counts.
_ATTRIBUTES = {
    "id": ("id", "natural_id"),
    "group": ("group",),
    "impact": ("phIncidentCategory",),
    "category": ("function", "functionCategory"),
    "tactic": ("subFunction",),
}
_BOOLEANS = {"true": True, "false": False}
_KEPT = "yes"
_ANY_EVENT = Test(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(1))


class _Clause(TypedDict):
    window: int
    sub_patterns: tuple[SubPattern, ...]
    relations: tuple[Relation, ...]
    global_constraint: Expr | None


def parse_rules(data: bytes, path: str = "<rules>", precedence: Precedence | None = None) -> list[ParsedRule]:
    """All rules of a document; texts are kept exactly, blanks around filters and lists do not count.

    The root is ``Rules``, a single rule, or the answer of a supervisor. An absent text is empty, an absent
    aggregate constraint is met by one event.

    Raises: InputError: ``rule-xml``, ``filter-syntax`` or ``mapping-syntax``, with file and line.
    """
    rules = []
    for outcome in read_rules(data, path, precedence):
        if isinstance(outcome, InputError):
            raise outcome
        rules.append(outcome)
    return rules


def read_rules(
    data: bytes, path: str = "<rules>", precedence: Precedence | None = None
) -> Iterator[ParsedRule | InputError]:
    """As :func:`parse_rules`, but a rule that cannot be read gives its error and the others go on.

    Raises: InputError(rule-xml) when the document itself cannot be read.
    """
    for element in rule_elements(data, path):
        try:
            yield _Reader(element, path, precedence).read()
        except InputError as error:
            yield error


def _parts(element: etree._Element | None) -> Mapping[str, etree._Element]:
    """The children by tag, the first of each: asking the element for each of them takes longer."""
    return {} if element is None else {str(child.tag): child for child in reversed(element)}


def _all(element: etree._Element, tag: str) -> list[etree._Element]:
    return [child for child in element if child.tag == tag]


def _text(parts: Mapping[str, etree._Element], tag: str) -> str:
    """The text of a child, whatever else is in it."""
    found = parts.get(tag)
    return "" if found is None else found.text or ""


class _Reader:
    def __init__(self, element: etree._Element, path: str, precedence: Precedence | None) -> None:
        self.element = element
        self.parts = _parts(element)
        self.path = path
        self.precedence = precedence
        self.warnings: list[str] = []

    def read(self) -> ParsedRule:
        place = self.place(self.element)
        rule = self.rule()
        self.warnings.extend(f"{place}: {problem}" for problem in problems(rule))
        return ParsedRule(rule, tuple(self.warnings), tuple(leftovers(self.element)), place)

    def rule(self) -> Rule:
        element, parts = self.element, self.parts
        clause = self.clause(self.child(element, parts, "PatternClause"))
        # Seen in the clause and beside it.
        clause["global_constraint"] = clause["global_constraint"] or self.optional_filter(
            parts, "GlobalConstr"
        )
        texts = {field: self.text(parts, tag) for tag, field in _TEXTS.items()}
        attributes = {
            field: next((element.get(name, "") for name in names if name in element.attrib), "")
            for field, names in _ATTRIBUTES.items()
        }
        return Rule(
            **texts,
            **attributes,
            **clause,
            incident=self.incident(self.child(element, parts, "IncidentDef")),
            techniques=parse_list(element.get("technique", "")),
            active=self.active(),
            trigger_attributes=parse_list(self.text(_parts(parts.get("TriggerEventDisplay")), "AttrList")),
            watch_lists=self.watch_lists(),
            clear=self.clear(),
            origin=Origin(
                self.text(parts, "SigmaFileName"),
                self.text(parts, "SIGMAStatus"),
                _text(parts, "ignoreSIGMAUpdate").strip().lower() == _KEPT,
            ),
            scope=self.scope(),
        )

    def clause(self, element: etree._Element) -> _Clause:
        return {
            "window": self.whole_number(element, "window"),
            "sub_patterns": tuple(map(self.sub_pattern, _all(element, "SubPattern"))),
            "relations": tuple(map(self.relation, _all(element, "Operator"))),
            "global_constraint": self.optional_filter(_parts(element), "GlobalConstr"),
        }

    def sub_pattern(self, element: etree._Element) -> SubPattern:
        parts = _parts(element)
        return SubPattern(
            name=self.attribute(element, "name"),
            filter=self.filter(self.child(element, parts, "SingleEvtConstr")),
            group_by=parse_list(self.text(parts, "GroupByAttr")),
            aggregate=self.optional_filter(parts, "GroupEvtConstr") or _ANY_EVENT,
        )

    def relation(self, element: etree._Element) -> Relation:
        kind = self.attribute(element, "type")
        if kind not in RELATION_TYPES:
            raise self.error(
                element, f"{kind!r} does not join sub-patterns", f"known are {', '.join(RELATION_TYPES)}"
            )
        return Relation(kind, self.whole_number(element, "rank") if "rank" in element.attrib else 0)

    def incident(self, element: etree._Element) -> Incident:
        return Incident(
            self.attribute(element, "eventType"),
            self.whole_number(element, "severity"),
            self.mapping(element, parse_mapping),
            element.get("eventTypeGroup", ""),
            self.whole_number(element, "fireFreq") if element.get("fireFreq") else None,
        )

    def mapping(
        self, element: etree._Element, parse: Callable[[str], tuple[IncidentAttribute, ...]]
    ) -> tuple[IncidentAttribute, ...]:
        try:
            return parse(self.text(_parts(element), "ArgList"))
        except InputError as error:
            raise error.at(self.place(element)) from error

    def watch_lists(self) -> tuple[WatchListEntry, ...]:
        return tuple(
            WatchListEntry(
                self.attribute(element, "attr"),
                tuple(
                    name for each in _all(element, "WatchList") for name in parse_list(self.own_text(each))
                ),
            )
            for element in _all(self.element, "DynWatchListDef")
            if len(element)
        )

    def clear(self) -> QuietPeriod | ClearPattern | None:
        """The kind is said by ``type``, and by what is there."""
        element = self.parts.get("ClearCondition")
        if element is None or not len(element):
            return None
        kind = element.get("type")
        if kind not in (None, "timebased", "patternbased"):
            raise self.error(element, f"a clear condition of the type {kind!r} is not known")
        parts = _parts(element)
        if kind == "timebased" or (kind is None and "PatternClause" not in parts):
            quiet = self.child(element, parts, "QuietPeriod")
            return QuietPeriod(self.number_in(quiet, self.own_text(quiet), "the period"))
        incident = self.child(element, parts, "ClearIncidentDef")
        return ClearPattern(
            **self.clause(self.child(element, parts, "PatternClause")),
            name=incident.get("name", ""),
            attributes=self.mapping(incident, parse_ties),
            constraint=self.optional_filter(parts, "ClearConstr"),
        )

    def scope(self) -> CustomerScope:
        element = self.parts.get("CustomerScope")
        if element is None:
            return CustomerScope()
        parts = _parts(element)
        include = parse_list(_text(parts, "Include"))
        whole = next((each for each in _all(element, "Include") if each.get("all") == "true"), None)
        if include and whole is not None:
            self.warnings.append(f"{self.place(whole)}: all customers are included, and some by name")
        return CustomerScope(
            element.get("groupByEachCustomer") != "false",
            include,
            parse_list(_text(parts, "Exclude")),
        )

    def active(self) -> bool:
        """Said by an element or by an attribute; which one an import honours is not known."""
        said = [self.element.get("active")]
        if "active" in self.parts:
            said.append(_text(self.parts, "active"))
        words = {word.strip().lower() for word in said if word is not None}
        if len(words) > 1 or not words <= _BOOLEANS.keys():
            raise self.error(self.element, f"active is {' and '.join(sorted(words))}", "write true or false")
        return _BOOLEANS[words.pop()] if words else False

    def filter(self, element: etree._Element) -> Expr:
        text = self.own_text(element)
        try:
            parsed = parse_filter(text, precedence=self.precedence)
        except InputError as error:
            # Only the place is added; the column in the cause counts within the filter.
            raise error.at(self.place(element)) from error
        self.warnings.extend(f"{self.place(element)}: {warning}" for warning in parsed.warnings)
        return parsed.expr

    def optional_filter(self, parts: Mapping[str, etree._Element], tag: str) -> Expr | None:
        found = parts.get(tag)
        return None if found is None or not self.own_text(found).strip() else self.filter(found)

    # --- Parts of elements ----------------------------------------------------------------------

    def place(self, element: etree._Element) -> Location:
        return Location(self.path, line_of(element))

    def error(self, element: etree._Element, cause: str, hint: str = "") -> InputError:
        return malformed(self.path, line_of(element), f"<{element.tag}>: {cause}", hint)

    def child(self, element: etree._Element, parts: Mapping[str, etree._Element], tag: str) -> etree._Element:
        found = parts.get(tag)
        if found is None:
            raise self.error(element, f"no <{tag}> in it")
        return found

    def text(self, parts: Mapping[str, etree._Element], tag: str) -> str:
        found = parts.get(tag)
        return "" if found is None else self.own_text(found)

    def own_text(self, element: etree._Element) -> str:
        if len(element):
            raise self.error(element, f"<{element[0].tag}> where text is expected")
        return element.text or ""

    def attribute(self, element: etree._Element, name: str) -> str:
        value = element.get(name)
        if not value:
            raise self.error(element, f"no {name}")
        return value

    def whole_number(self, element: etree._Element, name: str) -> int:
        return self.number_in(element, self.attribute(element, name), name)

    def number_in(self, element: etree._Element, text: str, name: str) -> int:
        value = text.strip()
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise self.error(element, f"{name} is {value[:40]!r}, not a whole number")
        return int(value)
