"""The codes of findings: how bad each is, what it means, what to do; one row each in ``data/codes.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec
import yaml


class Severity(StrEnum):
    """How bad a fault is. Errors make the check fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row. ``fix`` says whether it can be repaired without changing what the rule detects.

    ``asked``: it is about what the rule looks for. A translation from Sigma has that from its author, so
    there it is no more than a remark.
    """

    severity: Severity
    meaning: str
    remedy: str
    fix: bool = False
    asked: bool = False


@cache
def codes() -> Mapping[str, Code]:
    """All rows by name, in the order of the file."""
    text = (resources.files(__package__) / "data" / "codes.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, Code])
