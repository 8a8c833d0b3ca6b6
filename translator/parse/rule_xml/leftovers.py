"""What a rule document says beyond the model, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_CLAUSE = {
    "PatternClause/": ("@window", "SubPattern", "Operator", "GlobalConstr"),
    "PatternClause/SubPattern/": ("@name", "SingleEvtConstr", "GroupByAttr", "GroupEvtConstr"),
    "PatternClause/Operator/": ("@type", "@rank"),
}
_PARTS = {
    "": (
        *("@id", "@natural_id", "@group", "@phIncidentCategory", "@function", "@functionCategory"),
        *("@subFunction", "@technique", "@active", "Name", "IncidentTitle", "active", "Description"),
        *("Remediation", "DetectionTechnology", "DataSource", "SigmaFileName", "SIGMAStatus"),
        *("CustomerScope", "IncidentDef", "PatternClause", "GlobalConstr", "TriggerEventDisplay"),
        *("DynWatchListDef", "ClearCondition"),
    ),
    "IncidentDef/": ("@eventType", "@severity", "@eventTypeGroup", "@fireFreq", "ArgList"),
    **_CLAUSE,
    "CustomerScope/": ("Include", "Exclude"),
    "TriggerEventDisplay/": ("AttrList",),
    "DynWatchListDef/": ("@attr", "WatchList"),
    "ClearCondition/": ("@type", "QuietPeriod", "ClearIncidentDef", "ClearConstr", "PatternClause"),
    "ClearCondition/ClearIncidentDef/": ("@name", "ArgList"),
    **{f"ClearCondition/{place}": parts for place, parts in _CLAUSE.items()},
}
READ = frozenset(prefix + part for prefix, parts in _PARTS.items() for part in parts)
"""Paths that the reader takes into the model, or that only hold such."""

USUAL = {
    "ignoreSIGMAUpdate": ("No", "Yes"),
    "CustomerScope/@groupByEachCustomer": ("true", "false"),
    "CustomerScope/Include/@all": ("true",),
    "ClearCondition/@method": ("Auto",),
}
"""Paths with the contents that need no report: the model has them, or there is no other meaning."""

_HOLDS_TEXT = frozenset(
    path
    for path in READ
    if "@" not in path and not any(other.startswith(f"{path}/") for other in (*READ, *USUAL))
) | {"CustomerScope/Include"}
_SUB_PATTERNS = ("PatternClause/SubPattern", "ClearCondition/PatternClause/SubPattern")
_OPERATORS = ("PatternClause/Operator", "ClearCondition/PatternClause/Operator")
_REPEATS = (*_SUB_PATTERNS, *_OPERATORS, "DynWatchListDef", "DynWatchListDef/WatchList")


def leftovers(element: etree._Element, path: str = "") -> Iterator[str]:
    """Attributes, elements and texts that the model does not hold, as ``path`` or ``path=value``."""
    prefix = f"{path}/" if path else ""
    for name, value in element.items():
        place = f"{prefix}@{name!s}"
        if place in READ or value in USUAL.get(place, ()):
            continue
        # The name that the GUI shows is the name itself unless somebody changed it.
        if not (path in _SUB_PATTERNS and name == "displayName" and value == element.get("name")):
            yield f"{place}={_short(str(value))}"
    children = list(element)
    if path not in _HOLDS_TEXT and path not in USUAL:
        for text in (element.text, *[child.tail for child in children]):
            if text and not text.isspace():
                yield f"{prefix}text()={_short(text)}"
    seen = set()
    for child in children:
        place = f"{prefix}{child.tag}"
        if place in seen and place not in _REPEATS:
            yield f"{place} (repeated)"
        elif place in _HOLDS_TEXT and not len(child) and not child.attrib:
            pass
        elif place in READ or (child.text or "").strip() in USUAL.get(place, ()):
            yield from leftovers(child, place)
        else:
            content = (child.text or "").strip()
            yield f"{place}={_short(content)}" if content else place
        seen.add(place)


def _short(value: str) -> str:
    """A value on one line, and not longer than a reader looks at."""
    line = " ".join(value.split())
    return line if len(line) <= 100 else f"{line[:100]}..."
