"""Events of log sources without a parser of ours: attributes by the rows of the taxonomy.

Where an event of Windows is made raw and parsed, the rows are all that is known of others. So this does not
test the rows; give such events 'as: fortisiem', copied from a real one, for that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from translator.harness.event_names import made_name
from translator.harness.messages import messages
from translator.taxonomy.lookup import AttributeTarget, EventType, LogSource, SplitTarget, UrlTarget

WINDOWS = "windows"


def has_parser(log_source: LogSource) -> bool:
    """Whether :mod:`translator.normalise` knows the events of the log source."""
    return log_source.key.partition("/")[0] == WINDOWS or bool(log_source.channels)


def stored(
    fields: Mapping[str, Any], log_source: LogSource, event_type: EventType | None
) -> dict[str, str | int | float]:
    """The attributes of an event with these fields; the raw message has all of them."""
    found: dict[str, str | int | float] = {}
    if name := event_type.name if event_type else made_name(fields, log_source):
        found["eventType"] = name
    for name, value in fields.items():
        row = (event_type.fields.get(name) if event_type else None) or log_source.field(name)
        if value is None or row is None:
            continue
        match row.target:
            case AttributeTarget(attribute, values, _):
                known = {each.lower(): to for each, to in values.items()}
                found[attribute] = known.get(str(value).lower(), value)
            case SplitTarget():
                found.update(_split(str(value), row.target))
            case UrlTarget():
                found.update(_url(str(value), row.target))
    found["rawEventMsg"] = messages(fields, log_source)[0]
    return found


_URL = re.compile(
    r"(?:[A-Za-z]+://(?P<host>[^/?:]*)(?::\d+)?)?(?P<path>[^?]*)(?:\?(?P<query>.*))?", re.DOTALL
)


def _url(text: str, target: UrlTarget) -> dict[str, str]:
    found = _URL.fullmatch(text)
    assert found is not None  # each part may be empty
    parts = {target.host: found["host"], target.path: found["path"], target.query: found["query"]}
    return {name: part for name, part in parts.items() if part}


def _split(text: str, target: SplitTarget) -> dict[str, str]:
    cut = text.find(target.separator) if target.at == "first" else text.rfind(target.separator)
    if cut < 0:
        return {target.tail if target.lone == "tail" else target.head: text}
    return {target.head: text[:cut], target.tail: text[cut + len(target.separator) :]}
