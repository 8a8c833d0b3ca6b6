"""What a result depends on besides its file: the program, its data, the libraries, the options."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from translator.batch.cache import digest
from translator.dialect.profile import is_file_name, load_profile
from translator.options import Options
from translator.render.folders import PACKAGE, template_folders
from translator.sources.files import read_bytes

_LIBRARIES = ("pysigma", "google-re2", "pyyaml", "msgspec")
_SUFFIXES = (".py", ".yaml", ".yml", ".j2")


def scope_of(options: Options) -> bytes:
    """The same for two runs only if the same file gives the same result in both."""
    values = [f"{field.name}={_spelt(getattr(options, field.name))}" for field in fields(options)]
    if is_file_name(options.profile):  # the shipped ones are part of the program
        values.append(repr(sorted(load_profile(options.profile).entries.items())))
    return digest(program(), *(value.encode("utf-8", "surrogateescape") for value in values))


@cache
def program() -> bytes:
    """The program as it is now: its own files, and the versions of what reads rules and patterns."""
    versions = [f"{name} {version}" for name, version in _versions().items()]
    python = f"{sys.implementation.name} {sys.version_info}"
    return digest(*map(str.encode, (python, *versions)), *_contents())


def _versions() -> dict[str, str]:
    """The versions of the libraries, from the names of the folders that installers leave beside them.

    :mod:`importlib.metadata`, which takes as long to load as a thousand known results, is asked for others.
    """
    found: dict[str, str] = {}
    for folder in filter(os.path.isdir, sys.path):
        for entry in (each.name for each in os.scandir(folder)):
            name, _, version = entry.removesuffix(".dist-info").replace("_", "-").lower().rpartition("-")
            if entry.endswith(".dist-info") and name in _LIBRARIES:
                found.setdefault(name, version)
    missing = [name for name in _LIBRARIES if name not in found]
    if missing:
        from importlib import metadata

        found.update((name, metadata.version(name)) for name in missing)
    return dict(sorted(found.items()))


def _contents() -> Iterator[bytes]:
    for top in map(str, (PACKAGE, *template_folders(PACKAGE))):
        for folder, below, names in os.walk(top):
            below.sort()
            for name in sorted(names):
                if name.endswith(_SUFFIXES):
                    path = f"{folder}{os.sep}{name}"
                    yield path.removeprefix(top).encode("utf-8", "surrogateescape")
                    yield read_bytes(path, sys.maxsize)


def _spelt(value: Any) -> str:
    """A value of an option; a file counts by what it holds."""
    if isinstance(value, Path):
        return f"file {digest(value.read_bytes()).hex()}"
    if isinstance(value, Mapping):
        return repr(sorted((key, _spelt(each)) for key, each in value.items()))
    if isinstance(value, tuple):
        return f"({', '.join(map(_spelt, value))},)"
    return repr(value)
