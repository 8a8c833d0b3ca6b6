"""Objects that hold events: the files of cloud services, results of searches, lists of an interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

Content = dict[str, object]

_DEPTH = 3


def _always(content: Content) -> bool:
    return True


def _is_response(content: Content) -> bool:
    return any(name.startswith("@odata.") for name in content)


def _is_kubernetes_list(content: Content) -> bool:
    return str(content.get("kind", "")).endswith("List")


def _is_search(content: Content) -> bool:
    return "_index" in content or "_id" in content


def _is_result(content: Content) -> bool:
    return "preview" in content or "offset" in content


# Where the events of an object are, and how it is told from an event with a field of that name.
_LISTS: tuple[tuple[tuple[str, ...], Callable[[Content], bool]], ...] = (
    (("Records",), _always),  # files of CloudTrail
    (("records",), _always),  # Azure, by event hub or storage account
    (("value",), _is_response),  # Microsoft Graph
    (("items",), _is_kubernetes_list),
    (("hits", "hits"), _always),  # Elasticsearch
)
_SINGLE: tuple[tuple[str, Callable[[Content], bool]], ...] = (
    ("_source", _is_search),
    ("result", _is_result),  # Splunk
    ("AuditData", _always),  # Microsoft 365, exported from Purview; JSON in a text
)


def opened(content: Content, depth: int = 0) -> Iterator[Content]:
    """The events in an object; one that holds none is an event itself."""
    inner = None if depth == _DEPTH else _inside(content)
    if inner is None:
        yield content
        return
    for each in inner:
        yield from opened(each, depth + 1)


def _inside(content: Content) -> list[Content] | None:
    for path, fits in _LISTS:
        if path[0] in content:
            value: Any = content
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            if isinstance(value, list) and all(isinstance(each, dict) for each in value) and fits(content):
                return value
    for name, fits in _SINGLE:
        if name in content and fits(content):
            value = content[name]
            if isinstance(value, str) and value.startswith("{"):
                value = _decoded(value)
            if isinstance(value, dict):
                return [value]
    return None


def _decoded(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
