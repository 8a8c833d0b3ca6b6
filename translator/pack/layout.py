"""Which rule goes into which file: by log source and level, or a file each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from translator.batch.record import Translated

FOLDER = "rules"
_FRAME = len("<Rules>\n</Rules>\n")


@dataclass(frozen=True, slots=True)
class Placed:
    """What decides where a rule goes: its translation, its path below the folder, the bytes it takes."""

    translated: Translated
    path: str
    size: int


def log_source(translated: Translated) -> str:
    """``windows/process_creation``."""
    words = (translated.product, translated.category, translated.service)
    return "/".join(filter(None, words)) or "other"


def places(rules: Sequence[Placed], limit: int, one_each: bool) -> list[str]:
    """The file of each rule. A file that would have more than ``limit`` bytes is continued in another one."""
    stems = [_own_stem(each) if one_each else _shared_stem(each) for each in rules]
    return list(_numbered(stems)) if one_each else list(_filled(stems, rules, limit))


def _own_stem(each: Placed) -> str:
    path = PurePosixPath(each.path)
    parts = [_safe(part) for part in path.with_suffix("").parts if part not in ("/", "..")]
    number = f"-{each.translated.index + 1}" if each.translated.index else ""
    return "/".join((FOLDER, *parts)) + number


def _shared_stem(each: Placed) -> str:
    product, _, rest = log_source(each.translated).partition("/")
    level = each.translated.level or "unrated"
    kind = rest.replace("/", "-") or "any"
    return f"{FOLDER}/{_safe(product)}/{_safe(kind)}-{_safe(level)}"


def _numbered(stems: Iterable[str]) -> Iterator[str]:
    """A file each, no two alike even where letter case does not count."""
    taken: set[str] = set()
    for stem in stems:
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        yield f"{name}.xml"


def _filled(stems: Sequence[str], rules: Sequence[Placed], limit: int) -> Iterator[str]:
    sizes: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for stem, each in zip(stems, rules, strict=True):
        size = sizes.get(stem, _FRAME)
        if size > _FRAME and size + each.size > limit:
            numbers[stem] = numbers.get(stem, 1) + 1
            size = _FRAME
        sizes[stem] = size + each.size
        yield f"{stem}-{numbers[stem]}.xml" if stem in numbers else f"{stem}.xml"


def _safe(text: str) -> str:
    """A name that every file system takes."""
    return re.sub("[^A-Za-z0-9_.-]+", "_", text).strip(".")[:100] or "_"
