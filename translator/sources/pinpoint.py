"""Where in a rule document a complaint points: the line that holds what its cause quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from translator.errors import TranslatorError
from translator.sources.documents import Document

_QUOTED = re.compile(r"'(.+?)'(?![\w'])")
_KEY = r"^[ \t]*(?:-[ \t]+)*['\"]?{}['\"]?[ \t]*:"
_WORD = r"(?<!\w){}(?!\w)"
_NEXT_DOCUMENT = re.compile(r"^---", re.MULTILINE)
_MEANING = re.compile(r"^(?:detection|correlation|filter)[ \t]*:", re.MULTILINE)
"""Where a rule says what it looks for; words of its title and description are no place to point at."""


def pinpoint(error: TranslatorError, document: Document) -> TranslatorError:
    """The error at the first line of the document that holds what its cause quotes.

    Without such a line, or where the text is not known, it is placed at the first line of the document. A
    place of its own in another file or in the text is kept.
    """
    if error.location not in (None, document.location):
        return error
    line = next(_lines(error.cause, document), document.location.line)
    place = replace(document.location, line=line, column=None) if line else document.location
    return type(error)(error.code, error.cause, place, error.hint)


def _lines(cause: str, document: Document) -> Iterator[int]:
    first = document.location.line or 1
    lines = document.text.splitlines(keepends=True)
    text = "".join(lines[first - 1 :])
    end = _NEXT_DOCUMENT.search(text, 1)
    text = text[: end.start()] if end else text
    meaning = _MEANING.search(text)
    for start, form in ((0, _KEY), (meaning.start() if meaning else 0, _WORD)):
        for quoted in _QUOTED.findall(cause):
            found = re.compile(form.format(re.escape(quoted)), re.MULTILINE).search(text, start)
            if found:
                yield first + text.count("\n", 0, found.end())
