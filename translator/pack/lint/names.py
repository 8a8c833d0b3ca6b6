"""Checks of what a rule is called and how it is filed: names, titles, groups, techniques."""

from __future__ import annotations

import re
from collections.abc import Iterator

from translator.dialect.profile import Checked
from translator.model.syntax import IDENTIFIER
from translator.pack.lint.document import RuleText
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.setting import Setting
from translator.parse.arguments import parse_list
from translator.parse.lexer import KEYWORDS
from translator.taxonomy.attack import technique

PREFIX = "PH_RULE_"
BOOKKEEPING = ("id", "natural_id", "naturalId", "dbId", "custId", "entityVersion", "xmlId")
CATEGORIES = ("Security", "Availability", "Performance", "Change")
IMPACTS = ("Server", "Network", "Application", "Internal", "System", "Other")
TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?")
_WORDS = KEYWORDS | {"CONTAINS", "LIKE", "WHERE", "GROUP", "BY", "HAVING", "FOLLOWED_BY", "NOT_FOLLOWED_BY"}
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)", re.ASCII)
_BLANKS = re.compile(r"^\s|\s$|\s{2}")

_CHARACTERS: dict[Checked, tuple[str, str]] = {
    "name": ("Name", "name-characters"),
    "title": ("IncidentTitle", "title-characters"),
    "event_type": ("IncidentDef/@eventType", "event-type-characters"),
}


def texts(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Names, titles and event types that FortiSIEM does not accept, and blanks that nobody sees."""
    for place, (path, code) in _CHARACTERS.items():
        value, line = rule.text(path).strip(), rule.line_at(path)
        wrong = sorted(set(re.findall(f"[^{setting.dialect.characters(place)}]", value)))
        if wrong:
            yield Hit(code, line, f"'{short(value)}' has {' '.join(map(ascii, wrong))}")
    for path in ("Name", "IncidentTitle"):
        if _BLANKS.search(rule.text(path)):
            yield Hit(
                "text-blanks", rule.line_at(path), f"<{path}> has blanks at an end, or several in a row"
            )
    event_type = rule.text("IncidentDef/@eventType").strip()
    if event_type and not event_type.startswith(PREFIX):
        yield Hit("event-type-prefix", rule.line_at("IncidentDef/@eventType"), f"'{short(event_type)}'")
    if not rule.text("IncidentTitle").strip():
        yield Hit("title-empty", rule.line_at("IncidentTitle"), "no <IncidentTitle>, or nothing in it")
    if not rule.text("Description").strip():
        yield Hit("description-empty", rule.line_at("Description"), "no <Description>, or nothing in it")


def variables(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Attributes in the title that the incident does not have."""
    known = re.findall(r"(?:^|,)\s*(\w+)\s*=", rule.text("IncidentDef/ArgList"), re.ASCII)
    for name in _VARIABLE.findall(rule.text("IncidentTitle")):
        if name not in known:
            yield Hit("title-variable", rule.line_at("IncidentTitle"), f"${name} is not in the argument list")


def filing(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Group, category, impact and techniques."""
    groups = parse_list(rule.text("@group"))
    if not groups:
        yield Hit("group-missing", rule.line, "no group")
    for group in groups:
        if not IDENTIFIER.fullmatch(group):
            yield Hit("group-characters", rule.line, f"'{short(group)}'")
    category = rule.text("@function") or rule.text("@functionCategory")
    if category.casefold() not in {each.casefold() for each in CATEGORIES}:
        yield Hit("category-unknown", rule.line, f"'{short(category)}'" if category else "no function")
    impact = rule.text("@phIncidentCategory")
    if impact not in IMPACTS:
        yield Hit("impact-unknown", rule.line, f"'{short(impact)}'" if impact else "no phIncidentCategory")
    for number in parse_list(rule.text("@technique")):
        proper = number.upper()
        if technique(proper) is None:
            yield Hit("technique-unknown", rule.line, f"'{short(number)}'")
        elif not TECHNIQUE.fullmatch(number):
            yield Hit("technique-spelling", rule.line, f"'{short(number)}', in ATT&CK {proper}")


def state(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """What an export leaves behind, and whether the rule starts at once."""
    kept = [name for name, value in rule.attributes if name in BOOKKEEPING and value]
    if kept:
        yield Hit("export-bookkeeping", rule.line, ", ".join(kept))
    for path in ("@active", "active"):
        found = rule.part(path)
        if found is None:
            continue
        word = found.text.strip()
        if word.lower() in ("true", "false") and found.text not in ("true", "false"):
            yield Hit("active-spelling", found.line, f"'{short(found.text)}'")
        if word.lower() == "true":
            yield Hit("imported-active", found.line, "active is true")


def sub_pattern_names(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Names that cannot be used where sub-patterns are named."""
    for pattern in rule.patterns:
        if pattern.name and (not IDENTIFIER.fullmatch(pattern.name) or pattern.name.upper() in _WORDS):
            yield Hit("sub-pattern-name", pattern.line, f"'{short(pattern.name)}'")


CHECKS = (texts, variables, filing, state, sub_pattern_names)
