"""What is missing of a log source, as an entry that somebody who knows its events can fill."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

_HEAD = """\
# Fill in what stands after 'name:' and 'attribute:', delete what you do not know, and pass the file with
# --taxonomy. A field that is deleted is searched in the raw message.
"""


def stanza(logsource: Mapping[str, str], fields: Iterable[str]) -> str:
    """One entry in YAML: a log source as rules name it, an event type and the fields, still without names.

    As it stands, loading it fails at the first gap and says where.

    >>> print(stanza({"product": "abacus", "service": "audit"}, ["user"]), end="")
    - logsource: {product: "abacus", service: "audit"}
      raw_form: json
      event_types:
        - name:
          primary: true
      fields:
        "user": {attribute: }
    """
    named = ", ".join(f"{key}: {_quoted(value)}" for key, value in logsource.items())
    lines = [f"- logsource: {{{named}}}", "  raw_form: json", "  event_types:", "    - name:"]
    lines.append("      primary: true")
    names = sorted(set(fields))
    if names:
        lines += ["  fields:", *(f"    {_quoted(name)}: {{attribute: }}" for name in names)]
    return "\n".join(lines) + "\n"


def stanzas(wanted: Mapping[tuple[tuple[str, str], ...], Iterable[str]]) -> str:
    """A file with an entry for each log source, by what rules say of it, and the fields they use."""
    return _HEAD + "".join(stanza(dict(logsource), fields) for logsource, fields in wanted.items())


def _quoted(text: str) -> str:
    """As a string of YAML: a JSON string is one."""
    return json.dumps(text, ensure_ascii=False)
