"""Where each part of a document stands in its text, so that a repair touches nothing else.

The document has been read before: it is well-formed and has no DOCTYPE, so a few forms are all there is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_MARKUP = re.compile(
    r"""<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>
      | <(?P<close>/)?(?P<tag>[^\s/>]+)
        (?P<attributes>(?:[^"'>]|"[^"]*"|'[^']*')*?)(?P<empty>/)?>""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""\s+(?P<name>[^\s=]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")


@dataclass
class Span:
    """Where an element stands: attributes with the blank before them, values, what is between the tags."""

    tag: str
    attributes: Mapping[str, tuple[int, int]]
    values: Mapping[str, tuple[int, int]]
    start: int
    end: int
    children: list[Span] = field(default_factory=list)

    def first(self, path: str) -> Span | None:
        """The first element below at a path of tags."""
        tag, _, rest = path.partition("/")
        found = next((child for child in self.children if child.tag == tag), None)
        return found.first(rest) if found is not None and rest else found

    def every(self, tag: str) -> list[Span]:
        """All elements of that tag below, in the order of the text."""
        own = [self] if self.tag == tag else []
        return own + [span for child in self.children for span in child.every(tag)]


def spans(text: str) -> Span:
    """The places of all elements of a document; the result stands for the document and holds its root."""
    top = Span("", {}, {}, 0, len(text))
    open_ = [top]
    for found in _MARKUP.finditer(text):
        if found["tag"] is None:
            continue
        if found["close"]:
            open_.pop().end = found.start()
            continue
        at = found.start("attributes")
        each = list(_ATTRIBUTE.finditer(found["attributes"]))
        span = Span(
            found["tag"],
            {one["name"]: (at + one.start(), at + one.end()) for one in each},
            {one["name"]: _value(one, at) for one in each},
            found.end(),
            found.end(),
        )
        open_[-1].children.append(span)
        if not found["empty"]:
            open_.append(span)
    return top


def _value(found: re.Match[str], at: int) -> tuple[int, int]:
    group = "double" if found["double"] is not None else "single"
    return at + found.start(group), at + found.end(group)
