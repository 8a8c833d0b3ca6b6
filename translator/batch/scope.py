"""What a result depends on besides its file: the program, its data, the libraries, the options."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from translator.batch.cache import digest
from translator.dialect.profile import is_file_name, load_profile
from translator.options import Options
from translator.render.folders import PACKAGE, template_folders

_LIBRARIES = ("pysigma", "google-re2", "pyyaml", "msgspec")
_SUFFIXES = frozenset({".py", ".yaml", ".yml", ".j2"})


def scope_of(options: Options) -> bytes:
    """The same for two runs only if the same file gives the same result in both."""
    values = [f"{field.name}={_spelt(getattr(options, field.name))}" for field in fields(options)]
    if is_file_name(options.profile):  # the shipped ones are part of the program
        values.append(repr(sorted(load_profile(options.profile).entries.items())))
    return digest(program(), *(value.encode("utf-8", "surrogateescape") for value in values))


@cache
def program() -> bytes:
    """The program as it is now: its own files, and the versions of what reads rules and patterns."""
    versions = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    python = f"{sys.implementation.name} {sys.version_info}"
    return digest(*map(str.encode, (python, *versions)), *_contents())


def _contents() -> Iterator[bytes]:
    for folder in (PACKAGE, *template_folders(PACKAGE)):
        for path in sorted(each for each in folder.rglob("*") if each.suffix in _SUFFIXES):
            yield str(path.relative_to(folder)).encode()
            yield path.read_bytes()


def _spelt(value: Any) -> str:
    """A value of an option; a file counts by what it holds."""
    if isinstance(value, Path):
        return f"file {digest(value.read_bytes()).hex()}"
    if isinstance(value, Mapping):
        return repr(sorted((key, _spelt(each)) for key, each in value.items()))
    if isinstance(value, tuple):
        return f"({', '.join(map(_spelt, value))},)"
    return repr(value)
