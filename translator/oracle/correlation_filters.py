"""Filters: conditions that one document adds to the rules of others (Sigma filters specification).

The condition of a filter is added to the rule as it stands, joined by `and`: what suppresses events is
written `not selection`. The specification says "where to add the filter" and no more; its one example has
`condition: selection`, so the direction is a reading. A filter is added to the detection rules that it
names (or to any, with `rules: any`) if their log source has everything that its own asks for. It may name
rules that are not in the file set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from translator.errors import InputError
from translator.oracle.correlation_documents import Document, about, is_filter, names
from translator.oracle.items import Placeholders
from translator.oracle.joins import all_of, any_of
from translator.oracle.leaves import Test
from translator.oracle.match import compile_rule
from translator.oracle.text import shown

_ANY = "any"
_KEYS = ("category", "product", "service")


class Filters:
    """The filters of a file set.

    Raises: InputError (filter-malformed).
    """

    def __init__(self, documents: Sequence[Document], placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self._filters: list[tuple[Sequence[str] | None, dict[str, str], Document]] = []
        for document in documents:
            if is_filter(document):
                with about(document):
                    self._filters.append((_rules(document), _logsource(document), document))

    def added_to(self, rule: Document, test: Test) -> Test:
        """The test of a detection rule with the filters added that concern it.

        Raises: InputError, Refused, see `compile_rule`.
        """
        logsource = _logsource(rule)
        tests = [
            self._test(document)
            for rules, asked, document in self._filters
            if (rules is None or any(names(reference, rule) for reference in rules))
            and asked.items() <= logsource.items()
        ]
        return all_of([test, *tests])

    def _test(self, document: Document) -> Test:
        detection = {key: value for key, value in _section(document).items() if key != "rules"}
        with about(document):
            matchers = compile_rule({"logsource": {}, "detection": detection}, self._placeholders)
        return any_of([matcher.test for matcher in matchers])


def _section(document: Document) -> Mapping[object, object]:
    section = document["filter"]
    if not isinstance(section, Mapping):
        raise InputError("filter-malformed", "`filter` is no map", hint="see the Sigma filters specification")
    return section


def _rules(document: Document) -> Sequence[str] | None:
    """Names and ids of the rules that the filter is for, None for any."""
    listed = _section(document).get("rules")
    if listed == _ANY:
        return None
    rules = listed if isinstance(listed, list) else [listed]
    references = [rule for rule in rules if isinstance(rule, str) and rule]
    if not references or len(references) < len(rules):
        raise InputError(
            "filter-malformed", f"`rules` is {shown(listed)}", hint="list names and ids, or write `any`"
        )
    return references


def _logsource(document: Document) -> dict[str, str]:
    logsource = document.get("logsource")
    if not isinstance(logsource, Mapping):
        return {}
    return {key: str(logsource[key]) for key in _KEYS if logsource.get(key) is not None}
