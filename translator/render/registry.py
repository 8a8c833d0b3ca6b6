"""The output formats: one module of ``render/formats/`` each, found by walking that folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from translator.model.rule import Rule
from translator.notes import Note
from translator.render import formats as _formats
from translator.taxonomy.attack import AttackTags


@dataclass(frozen=True, slots=True)
class Page:
    """One translated rule and what readers want to know about it.

    ``link`` leads to the Sigma rule, empty if there is no address for it.
    """

    rule: Rule
    attack: AttackTags
    link: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One output format.

    ``suffix`` is that of its files, with the dot. ``render`` makes one document of several rules; equal pages
    give equal text.
    """

    name: str
    suffix: str
    summary: str
    render: Callable[[Sequence[Page]], str]


@cache
def formats() -> dict[str, Format]:
    """All formats by name, in order of their names. Each module states its own as ``FORMAT``."""
    modules = pkgutil.iter_modules(_formats.__path__, f"{_formats.__name__}.")
    found: list[Format] = [import_module(module.name).FORMAT for module in modules]
    return {entry.name: entry for entry in sorted(found, key=lambda entry: entry.name)}
