"""What files of one run say about rules of each other, and which files may say anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from translator.sources.documents import Document

_OF_ITS_OWN = re.compile(rb"""\n(?:["']?(?:correlation|filter)["']?\s*:|\s*\{)""")


@dataclass(frozen=True)
class Shared:
    """Documents that concern others, wherever in the run they stand. Plain data.

    ``rules`` are the correlations and the rules they refer to; ``parts`` are file and index of the documents
    that are no rules of their own, because only correlations use them.
    """

    rules: tuple[Document, ...] = ()
    filters: tuple[Document, ...] = ()
    parts: frozenset[tuple[str, int]] = frozenset()


NOTHING = Shared()


def concerns_others(content: bytes) -> bool:
    """Whether a file may hold a correlation or a filter; seldom also true of one that does not."""
    return _OF_ITS_OWN.search(b"\n" + content) is not None
