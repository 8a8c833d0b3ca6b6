"""Evaluate Sigma rules on events, read from the specification alone.

This is the reference that translations are checked against, so it shares nothing with them: it takes the
plain YAML document and interprets it itself. Specification: SigmaHQ/sigma-specification, version 2.1.

Where the specification leaves room, this reading is:

- Field names are compared exactly. A dotted name also reaches into nested maps.
- A field with several values matches if one of its values does.
- An absent field matches `null` and `exists: false` only. `neq` is a logical not, so it holds there too.
- Numbers and booleans are compared by their spelling with text, and as numbers with numbers.
- Keywords are looked for inside each value of the event, `|all` ones in any value each.
- `windash` makes every dash in a value equal, wherever it stands; there is no word boundary rule.
- A condition list gives one matcher per condition; the rule fires if one of them does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from translator.errors import InputError
from translator.oracle.condition import condition_test
from translator.oracle.detection import DetectionReader
from translator.oracle.leaves import Test
from translator.oracle.view import View

MAX_IDENTIFIERS = 1_000
MAX_CONDITION = 32_768
"""Limits that keep hostile rules quick to refuse: characters of all conditions of a rule together."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition of a rule, ready to be asked about any number of events."""

    logsource: Mapping[str, object]
    """As written in the rule; `matches` does not look at it, see `translator.oracle.logsource.in_scope`."""
    condition: str
    test: Test = field(repr=False)

    def matches(self, view: Mapping[str, object]) -> bool:
        """Whether the condition holds for an event given as a flat map from Sigma field names to values.

        Values are scalars or lists of scalars. To ask many matchers about one event, pass a
        `translator.oracle.view.View` of it: it remembers what it has worked out.
        """
        return self.test(View.of(view))


def compile_rule(
    document: Mapping[str, object], placeholders: Mapping[str, Sequence[str | int]] | None = None
) -> tuple[Matcher, ...]:
    """A matcher for each condition of the rule in a YAML document.

    `placeholders` gives the values of `%name%` for the `expand` modifier, by name without percent signs.

    Raises: InputError for a malformed rule, Refused for what cannot be evaluated: placeholder-unresolved,
    regex-unsupported, aggregation-unsupported.

    >>> rule = {
    ...     "logsource": {"product": "windows", "category": "process_creation"},
    ...     "detection": {"sel": {"Image|endswith": r"\\whoami.exe"}, "condition": "sel"},
    ... }
    >>> [matcher] = compile_rule(rule)
    >>> matcher.matches({"Image": r"C:\\Windows\\System32\\WHOAMI.EXE"})
    True
    """
    detection = dict(_section(document, "detection"))
    logsource = _section(document, "logsource")
    if "condition" not in detection:
        raise InputError(
            "condition-missing", "the detection section has no condition", hint="add `condition:`"
        )
    listed = detection.pop("condition")
    conditions = listed if isinstance(listed, list) else [listed]
    if not conditions:
        raise InputError("condition-missing", "the list of conditions is empty", hint="add a condition")
    if len(detection) > MAX_IDENTIFIERS or sum(len(str(one)) for one in conditions) > MAX_CONDITION:
        raise InputError(
            "rule-too-large",
            f"more than {MAX_IDENTIFIERS} search identifiers or {MAX_CONDITION} characters of conditions",
            hint="split the rule",
        )
    reader = DetectionReader(placeholders or {})
    identifiers = {str(name): reader.read(definition) for name, definition in detection.items()}
    return tuple(
        Matcher(logsource, str(condition), condition_test(condition, identifiers)) for condition in conditions
    )


def _section(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = document.get(name)
    if not isinstance(section, Mapping):
        raise InputError(
            "section-missing" if section is None else "section-malformed",
            f"the rule has no map `{name}`",
            hint="correlation rules and filters are no detections" if name == "detection" else "add one",
        )
    return section
