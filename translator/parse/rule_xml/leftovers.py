"""What a rule document says beyond the model, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_PARTS = {
    "": (
        *("@id", "@natural_id", "@group", "@phIncidentCategory", "@function", "@functionCategory"),
        *("@subFunction", "@technique", "@active", "Name", "IncidentTitle", "active", "Description"),
        *("Remediation", "DetectionTechnology", "DataSource", "SigmaFileName", "SIGMAStatus"),
        *("CustomerScope", "IncidentDef", "PatternClause", "GlobalConstr", "TriggerEventDisplay"),
    ),
    "IncidentDef/": ("@eventType", "@severity", "ArgList"),
    "PatternClause/": ("@window", "SubPattern", "Operator", "GlobalConstr"),
    "PatternClause/SubPattern/": ("@name", "SingleEvtConstr", "GroupByAttr", "GroupEvtConstr"),
    "PatternClause/Operator/": ("@type", "@rank"),
    "TriggerEventDisplay/": ("AttrList",),
}
READ = frozenset(prefix + part for prefix, parts in _PARTS.items() for part in parts)
"""Paths that the reader takes into the model, or that only hold such."""

USUAL = {
    "ignoreSIGMAUpdate": "No",
    "CustomerScope/@groupByEachCustomer": "true",
    "CustomerScope/Include": "",
    "CustomerScope/Include/@all": "true",
    "CustomerScope/Exclude": "",
}
"""Paths with the one content that needs no report: each customer alone, none left out, updates wanted."""

_HOLDS_TEXT = frozenset(
    path
    for path in READ
    if "@" not in path and not any(other.startswith(f"{path}/") for other in (*READ, *USUAL))
)
_REPEATS = ("PatternClause/SubPattern", "PatternClause/Operator")


def leftovers(element: etree._Element, path: str = "") -> Iterator[str]:
    """Attributes, elements and texts that the model does not hold, as ``path`` or ``path=value``."""
    prefix = f"{path}/" if path else ""
    for name, value in element.items():
        place = f"{prefix}@{name!s}"
        # The name that the GUI shows is the name itself unless somebody changed it.
        shown = place == "PatternClause/SubPattern/@displayName" and value == element.get("name")
        if not shown and place not in READ and USUAL.get(place) != value:
            yield f"{place}={_short(str(value))}"
    if path not in _HOLDS_TEXT and path not in USUAL:
        stray = (text.strip() for text in (element.text, *(child.tail for child in element)) if text)
        yield from (f"{prefix}text()={_short(text)}" for text in stray if text)
    seen = set()
    for child in element:
        place = f"{prefix}{child.tag}"
        content = (child.text or "").strip()
        if place in seen and place not in _REPEATS:
            yield f"{place} (repeated)"
        elif place in READ or USUAL.get(place) == content:
            yield from leftovers(child, place)
        else:
            yield f"{place}={_short(content)}" if content else place
        seen.add(place)


def _short(value: str) -> str:
    """A value on one line, and not longer than a reader looks at."""
    line = " ".join(value.split())
    return line if len(line) <= 100 else f"{line[:100]}..."
