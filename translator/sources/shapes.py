"""The shapes of a rule that the library takes for granted or names in its own words.

A wrong one is the user's error and names the key, what stands there, and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from sigma.exceptions import SigmaError
from sigma.modifiers import modifier_mapping
from sigma.rule import SigmaLevel, SigmaStatus

from translator.errors import InputError
from translator.sources.modifiers import KNOWN, PREFIX

CODE = "rule-invalid"
_SHOWN = 60
_LONGEST = 300
"""Characters of a message."""
_MODIFIERS_OF_NULL = frozenset({"all", "neq"})
_DATE = re.compile(r"[12]\d{3}(-[01]\d-[0-3]\d|/[01]?\d/[0-3]?\d)")
_MAX_TITLE = 256
"""The library's limit, in characters."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def _one_of(names: Iterable[str]) -> Callable[[Any], bool]:
    known = frozenset(names)
    return lambda value: isinstance(value, str) and value.lower() in known


_LEVELS = [level.name.lower() for level in SigmaLevel]
_STATUSES = [status.name.lower() for status in SigmaStatus]
_METADATA: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (_is_uuid, "write an identifier (UUID), such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    "level": (_one_of(_LEVELS), f"write one of {', '.join(_LEVELS)}"),
    "status": (_one_of(_STATUSES), f"write one of {', '.join(_STATUSES)}"),
    **dict.fromkeys(("date", "modified"), (_is_date, "write yyyy-mm-dd")),
    **dict.fromkeys(("name", "taxonomy"), (_is_text, "write one line of text, or leave it out")),
    **dict.fromkeys(
        ("author", "description", "license"), (lambda value: isinstance(value, str), "write one text")
    ),
    **dict.fromkeys(
        ("references", "falsepositives", "fields", "scope", "tags", "related"),
        (_is_list, "write a list, one '- ...' in each line"),
    ),
}
"""Key of a rule -> what it may hold, if it is there at all, and how to write that."""


def check_rule(rule: Mapping[str, Any]) -> None:
    """Everything that can be wrong with a rule before its values are read.

    Raises: InputError(rule-invalid).
    """
    if _has_half_character(rule):
        raise _wrong("a text holds half of a character (a lone surrogate)", "remove it")
    _check_title(rule)
    for key, (fits, hint) in _METADATA.items():
        value = rule.get(key)
        if value is not None and not fits(value):
            raise _wrong(f"'{key}' is {_shown(value)}", hint)
    for tag in rule.get("tags") or ():
        if not isinstance(tag, str) or "." not in tag:
            raise _wrong(f"a tag is {_shown(tag)}", "write it as namespace.name")
    _check_log_source(rule)
    _check_detection(rule)


def _has_half_character(rule: Mapping[str, Any]) -> bool:
    """Whether a text or a key holds a lone surrogate, which no encoding can write."""
    pending: list[Any] = [*rule.keys(), *rule.values()]
    texts: list[str] = []
    for each in pending:  # which grows meanwhile
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, list):
            pending += each
        elif isinstance(each, dict):
            pending += (*each.keys(), *each.values())
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return True
    return False


def _wrong(cause: str, hint: str) -> InputError:
    return InputError(CODE, cause, hint=hint)


def _check_title(rule: Mapping[str, Any]) -> None:
    title = rule.get("title")
    if not isinstance(title, str) or not title.strip():
        raise _wrong("the rule has no title", "add 'title: ...'")
    if len(title) > _MAX_TITLE:
        raise _wrong(f"the title has more than {_MAX_TITLE} characters", "shorten it")


def _check_log_source(rule: Mapping[str, Any]) -> None:
    log_source = rule.get("logsource")
    hint = "name a product, a category or a service"
    if not isinstance(log_source, dict):
        raise _wrong("the rule has no log source", f"add 'logsource:' and {hint}")
    named = [key for key in ("product", "category", "service") if log_source.get(key) is not None]
    for key in named:
        if not _is_text(log_source[key]):
            raise _wrong(f"'{key}' of the log source is {_shown(log_source[key])}", hint)
    if not named:
        raise _wrong("the log source is empty", hint)


def _check_detection(rule: Mapping[str, Any]) -> None:
    detection = rule.get("detection")
    if not isinstance(detection, dict):
        raise _wrong("the rule has no detection", "add 'detection:' with a condition")
    condition = detection.get("condition")
    conditions = condition if isinstance(condition, list) else [condition]
    if not conditions or not all(map(_is_text, conditions)):
        raise _wrong("the detection has no condition", "add 'condition: selection'")
    for name, item in detection.items():
        if not isinstance(name, str):
            raise _wrong(f"the detection item name {name!r} is not text", "quote it")
        if name == "timeframe" and isinstance(item, dict | list):
            raise _wrong(f"'timeframe' is {_shown(item)}", "write a time such as 5m")
        if name not in ("condition", "timeframe"):
            _check_item(name, item)


def _check_item(name: str, item: Any, in_list: bool = False) -> None:
    if isinstance(item, dict | list) and not item:
        raise _wrong(f"detection item '{name}' is empty", "give it a field and a value")
    if isinstance(item, dict):
        for field, value in item.items():
            if not isinstance(field, str):
                raise _wrong(f"field name {field!r} in '{name}' is not text", "quote it")
            _check_modifiers(field)
            _check_value(f"'{field}' in '{name}'", field, value)
    elif isinstance(item, list):
        if in_list:
            raise _wrong(f"detection item '{name}' holds a list in a list", "write one list")
        for member in item:
            _check_item(name, member, in_list=True)


def _check_value(place: str, field: str, value: Any) -> None:
    members = value if isinstance(value, list) else [value]
    if not members:
        raise _wrong(f"{place} has an empty list", "use null")
    if None in members and not _MODIFIERS_OF_NULL.issuperset(field.split("|")[1:]):
        raise _wrong(f"{place} does not take null", "leave its modifiers out, or give a value")
    if any(isinstance(member, dict | list) for member in members):
        raise _wrong(f"the value of {place} is neither a value nor a list of values", "write '- ...' lines")


def _shown(value: Any) -> str:
    """A wrong value in words."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "empty" if value is None or value == "" else f"'{_cut(str(value))}'"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _check_modifiers(field: str) -> None:
    for name in field.split("|")[1:]:
        if name not in KNOWN:
            near = get_close_matches(name, KNOWN, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(sorted(KNOWN))}"
            raise _wrong(f"'{field[:_SHOWN]}' has no known modifier '{name[:_SHOWN]}'", hint)


_INCOMPATIBLE = re.compile(r"Modifier (\w+) incompatible to value type of '(.*)'", re.DOTALL)


def in_our_words(error: SigmaError) -> InputError:
    """An error of the library as one line, without its own location and without names of its classes."""
    words = " ".join(str(error.args[0] if error.args else error).split())
    found = _INCOMPATIBLE.fullmatch(words)
    if found is None:
        hint = "" if ";" in words else "correct the rule; the Sigma specification describes each part"
        return _wrong(_cut(words), hint)
    names = {kind.__name__: name.removeprefix(PREFIX) for name, kind in modifier_mapping.items()}
    value = f"the value '{_cut(found[2])}'" if "(" not in found[2] else "what the modifiers before it make"
    name = names.get(found[1], found[1])
    return _wrong(f"modifier '{name}' does not take {value}", "correct the value, or leave the modifier out")
