"""A rule of a document, apart from how documents are read."""

from __future__ import annotations

from dataclasses import dataclass

from translator.errors import Location
from translator.model.rule import Rule


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """One rule of a document.

    ``warnings`` say, with file and line, what is open to doubt; ``unknown`` lists what the document says and
    the model does not hold, such as ``PatternClause/SubPattern/@id=9``.
    """

    rule: Rule
    warnings: tuple[str, ...]
    unknown: tuple[str, ...]
    location: Location
