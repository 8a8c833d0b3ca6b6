r"""Regexes of parsers are of the Perl kind; here they run on RE2, which is linear and cannot look around.

What looks around is rewritten where the rewriting is exact:

* ``X(?=Y)`` at the very end: whether and what X matches is the same with Y consumed.
* ``(?<=Y)X`` at the very start, Y of fixed width: a match of YX starts where one of X does, less the width.
* for removals, ``(?<=C).*`` with C one character: what is left is C and all before it.

Everything else that RE2 does not know (other look-around, back-references, possessive and atomic parts) is
refused by name.
"""

from __future__ import annotations

import re

_LOOKING = re.compile(r"\(\?(?:<?[=!]|>)")
_ATOM = r"(?:\\[^\dA-Zbhkzpx]|\\[WDS]|\[(?:\\.|[^\]\\])+\]|[^\\\[\](){}*+?|^$])"
_BEHIND = re.compile(rf"\(\?<=(?P<behind>{_ATOM}+)\)(?P<rest>.*)", re.DOTALL)
_AHEAD = re.compile(r"(?P<before>.*)\(\?=(?P<ahead>[^()]*)\)", re.DOTALL)
_REMOVAL = re.compile(rf"\(\?<=(?P<kept>{_ATOM})\)\.\*", re.DOTALL)


class Untranslatable(Exception):
    """A regex or another text of a parser that cannot be executed here; says why."""


def searchable(text: str) -> str:
    """The same search for RE2.

    Raises: Untranslatable, naming what looks around.

    >>> searchable("user(?=:)"), searchable(r"(?<=id=)\\d+")
    ('user(?::)', '(?:id=)\\\\d+')
    """
    if not _LOOKING.search(text):
        return text
    found = _AHEAD.fullmatch(text)
    if found and _is_whole(found["before"]) and not _LOOKING.search(found["before"]):
        return f"{found['before']}(?:{found['ahead']})"
    found = _BEHIND.fullmatch(text)
    if found and _is_whole(found["rest"]) and not _LOOKING.search(found["rest"]):
        return f"(?:{found['behind']}){found['rest']}"
    looking = _LOOKING.search(text)
    raise Untranslatable(f"regex: {looking[0] if looking else ''}...) is not translated")


def removal(text: str, replacement: str) -> tuple[str, str]:
    r"""A regex and its replacement for RE2 (where ``\1`` stands for a group).

    Raises: Untranslatable.

    >>> removal("(?<=.).*", "")
    ('(.).*', '\\1')
    """
    found = _REMOVAL.fullmatch(text)
    if found and not replacement:
        return f"({found['kept']}).*", r"\1"
    if looking := _LOOKING.search(text):
        raise Untranslatable(f"regex: {looking[0]}...) is not translated")
    if re.search(r"[$\\]\d", replacement):
        raise Untranslatable("replacement by a group")
    return text, replacement.replace("\\", r"\\")


def _is_whole(text: str) -> bool:
    """Whether no alternation at the top level could make what stands beside it a part of one branch."""
    depth, escaped, in_class = 0, False, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth == 0:
            return False
    return True
