"""What the user may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near_misses(word: str, known: Iterable[str]) -> str:
    """The known words that look like this one, as a hint; empty when none does.

    >>> near_misses("hostname", ["hostName", "hostIpAddr", "user"])
    "did you mean 'hostName'?"
    >>> near_misses("verfy", ["verify", "test"])
    "did you mean 'verify'?"
    >>> near_misses("xyz", ["verify", "test"])
    ''
    """
    by_folded = {each.casefold(): each for each in sorted(known)}
    exact = by_folded.get(word.casefold())
    found = (
        [exact] if exact else [by_folded[each] for each in get_close_matches(word.casefold(), by_folded, 3)]
    )
    return f"did you mean {' or '.join(repr(each) for each in found)}?" if found else ""
