"""The rule document that FortiSIEM imports; also what a rule is stored and compared as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from translator.model.rule import Incident, Rule
from translator.render.registry import Format, Page
from translator.render.templating import render_template


def render(pages: Sequence[Page]) -> str:
    """All rules in one ``Rules`` element, in the order and with the children of published documents.

    Characters that XML cannot hold become U+FFFD. A rule without an id gets no id attribute, as the import
    wants it.

    Raises: Refused when a filter holds what no filter text can hold.
    """
    rules = [page.rule for page in pages]
    return render_template("rule.xml.j2", rules=rules, attributes=_attributes, incident=_incident)


def _attributes(rule: Rule) -> tuple[tuple[str, str], ...]:
    return (
        ("id", rule.id),
        ("group", rule.group),
        ("phIncidentCategory", rule.impact),
        ("function", rule.category),
        ("subFunction", rule.tactic),
        ("technique", ",".join(rule.techniques)),
    )


def _incident(incident: Incident) -> Iterator[tuple[str, str]]:
    yield "eventType", incident.event_type
    yield "severity", str(incident.severity)
    if incident.event_type_group:
        yield "eventTypeGroup", incident.event_type_group
    if incident.frequency is not None:
        yield "fireFreq", str(incident.frequency)


FORMAT = Format(
    name="rule-xml", suffix=".xml", summary="rules for import in RESOURCES > Rules", render=render
)
