"""The rule document that FortiSIEM imports; also what a rule is stored and compared as."""

from __future__ import annotations

from collections.abc import Sequence

from translator.model.rule import Rule
from translator.render.registry import Format, Page
from translator.render.templating import render_template


def render(pages: Sequence[Page]) -> str:
    """All rules in one ``Rules`` element, in the order and with the children of published documents.

    Characters that XML cannot hold become U+FFFD. A rule without an id gets no id attribute, as the import
    wants it.

    Raises: Refused when a filter holds what no filter text can hold.
    """
    return render_template("rule.xml.j2", rules=[page.rule for page in pages], attributes=_attributes)


def _attributes(rule: Rule) -> tuple[tuple[str, str], ...]:
    return (
        ("id", rule.id),
        ("group", rule.group),
        ("phIncidentCategory", rule.impact),
        ("function", rule.category),
        ("subFunction", rule.tactic),
        ("technique", ",".join(rule.techniques)),
    )


FORMAT = Format(
    name="rule-xml", suffix=".xml", summary="rules for import in RESOURCES > Rules", render=render
)
