"""What a document is checked against."""

from __future__ import annotations

from dataclasses import dataclass, field

from translator.dialect.profile import Dialect, load_profile
from translator.pack.lint.target import Target


@dataclass(frozen=True)
class Setting:
    """The names that the target knows, and how it reads rules."""

    target: Target = field(default_factory=Target)
    dialect: Dialect = field(default_factory=load_profile)
