"""A sound rule, and the same with one part replaced."""

from __future__ import annotations

from typing import Any

import yaml

from tests.conftest import ROOT
from translator.render.templating import element_text

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "lint" / "faults.yaml").read_text(encoding="utf-8")
)
FILTER = 'eventType = "Win-Security-4624" AND user = "root"'
SOUND = {
    "group": "PH_SYS_RULE_THREAT_HUNTING_WINDOWS",
    "category": "Security",
    "impact": "Server",
    "technique": "T1078",
    "title": "Logon at night on $hostName",
    "active": "false",
    "description": "A logon of the administrator.",
    "severity": "7",
    "arguments": "hostName = Filter.hostName",
    "display": "phRecvTime,eventType,user,rawEventMsg",
    "window": "300",
    "sub_pattern": "Filter",
    "filter": FILTER,
    "group_by": "hostName",
    "aggregate": "COUNT(*) >= 1",
}


def rule_text(number: int | str, case: dict[str, Any]) -> str:
    """The sound rule under a name of its own, with the parts of the case."""
    parts = {**SOUND, "name": f"Case {number}", "event_type": f"PH_RULE_Case_{number}", **_long(case), **case}
    text = {name: str(element_text(value)) for name, value in parts.items() if isinstance(value, str)}
    name = parts.get("name_element", "<Name>{name}</Name>").format(name=text["name"])
    active = f' active="{parts["active_attribute"]}"' if "active_attribute" in parts else ""
    kind = f'phIncidentCategory="{text["impact"]}" function="{text["category"]}"'
    more = f'technique="{text["technique"]}"{active}{parts.get("attributes", "")}'
    incident = f'severity="{text["severity"]}"{parts.get("incident_attributes", "")}'
    return f"""  <Rule group="{text["group"]}" {kind} {more}>
    {name}
    <IncidentTitle>{text["title"]}</IncidentTitle>
    <active>{text["active"]}</active>
    <Description>{text["description"]}</Description>
    {parts.get("extra", "")}
    <IncidentDef eventType="{text["event_type"]}" {incident}>
      <ArgList>{text["arguments"]}</ArgList>
    </IncidentDef>
    <PatternClause window="{text["window"]}">
      <SubPattern displayName="{text["sub_pattern"]}" name="{text["sub_pattern"]}">
        <SingleEvtConstr>{text["filter"]}</SingleEvtConstr>
        <GroupByAttr>{text["group_by"]}</GroupByAttr>
        <GroupEvtConstr>{text["aggregate"]}</GroupEvtConstr>
      </SubPattern>{_second(parts)}
    </PatternClause>
    <TriggerEventDisplay>
      <AttrList>{text["display"]}</AttrList>
    </TriggerEventDisplay>
  </Rule>
"""


def document(*rules: str) -> bytes:
    """A document of these rules."""
    return f"<Rules>\n{''.join(rules)}</Rules>\n".encode()


def _long(case: dict[str, Any]) -> dict[str, str]:
    if "long_values" in case:
        values = ",".join(f'"account-{number:06}"' for number in range(case["long_values"]))
        return {"filter": f'eventType = "Win-Security-4624" AND user IN ({values})'}
    if "long_pattern" in case:
        return {"filter": f'eventType = "Win-Security-4624" AND user REGEXP "^{"a" * case["long_pattern"]}"'}
    return {}


def _second(parts: dict[str, Any]) -> str:
    text = parts.get("operator", "")
    second = parts.get("second")
    if second:
        text += f"""
      <Operator type="{second["operator"]}" rank="{second.get("rank", 0)}"/>
      <SubPattern displayName="{second["name"]}" name="{second["name"]}">
        <SingleEvtConstr>{element_text(second["filter"])}</SingleEvtConstr>
        <GroupByAttr>{second["group_by"]}</GroupByAttr>
        <GroupEvtConstr>COUNT(*) &gt;= 1</GroupEvtConstr>
      </SubPattern>"""
    if "constraint" in parts:
        text += f"\n      <GlobalConstr>{element_text(parts['constraint'])}</GlobalConstr>"
    return text
