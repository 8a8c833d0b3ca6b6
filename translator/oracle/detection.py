"""Search identifiers: lists and maps of the detection section as tests on events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from translator.errors import InputError, TranslatorError
from translator.oracle.compare import item_test
from translator.oracle.items import Item, Placeholders, read_value
from translator.oracle.joins import all_of, any_of
from translator.oracle.leaves import Test
from translator.oracle.modifiers import modify
from translator.oracle.text import shown

MAX_VALUES = 100_000
"""Values in one rule, counted each time an alias repeats them; real rules have hundreds."""


@dataclass
class DetectionReader:
    """Reads the search identifiers of one rule."""

    placeholders: Placeholders
    values_left: int = MAX_VALUES

    def read(self, definition: object) -> Test:
        """The test for a search identifier.

        A map holds if all its fields do, a list if one of its members does; members are maps or keywords.

        Raises: InputError, Refused, see `item_test` and `modify`.
        """
        if isinstance(definition, Mapping):
            return self._map(definition)
        if not isinstance(definition, list):
            return self._item("", definition)
        keywords = [member for member in definition if not isinstance(member, Mapping | list)]
        tests = [self._map(member) for member in definition if isinstance(member, Mapping)]
        if len(keywords) + len(tests) < len(definition):
            raise InputError(
                "detection-malformed", "a list inside a list", hint="members are maps or keywords"
            )
        if keywords:
            tests.append(self._item("", keywords))
        if not tests:
            raise InputError("detection-malformed", "an empty list", hint="list at least one map or keyword")
        return any_of(tests)

    def _map(self, fields: Mapping[object, object]) -> Test:
        if not fields:
            raise InputError("detection-malformed", "an empty map", hint="name at least one field")
        return all_of([self._item(key, values) for key, values in fields.items()])

    def _item(self, key: object, values: object) -> Test:
        if not isinstance(key, str):
            raise InputError(
                "detection-malformed", f"the field name {shown(key)} is no text", hint="put it in quotes"
            )
        field, *modifiers = key.split("|")
        listed = values if isinstance(values, list) else [values]
        if not listed:
            raise InputError("detection-malformed", f"{shown(key)} has an empty list", hint="use null or ''")
        self.values_left -= len(listed)
        if self.values_left < 0:
            raise InputError(
                "rule-too-large", f"more than {MAX_VALUES} values in one rule", hint="split the rule"
            )
        try:
            item = Item(
                field or None, [(read_value(value, modifiers),) for value in listed], self.placeholders
            )
            for modifier in modifiers:
                modify(item, modifier)
            return item_test(item)
        except TranslatorError as error:
            cause = f"{shown(key)}: {error.cause}" if key else error.cause
            raise type(error)(error.code, cause, error.location, error.hint) from None
