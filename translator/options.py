"""What a user may choose about a translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from translator.lowering.metadata import GroupBy
    from translator.lowering.regex import RegexCase
    from translator.lowering.settings import Settings
    from translator.taxonomy.schema import Confidence


@dataclass(frozen=True)
class Options:
    """What a user may choose. Each default is what published FortiSIEM rules do.

    ``sources``: the log source's primary event types, all, or the named ones. ``robust``: the same verdict
    whatever negation does on absent attributes. ``regex_case``: patterns that do not depend on the letter
    case rule of the target. ``groups``: for a placeholder, the id of the group that it stands for, which goes
    before its values. ``min_confidence``: event types and fields that are known less surely count as unknown.
    ``strict``: every note above "info" refuses the rule.
    """

    profile: str = "default"
    sources: str | tuple[str, ...] = "primary"
    robust: bool = True
    regex_case: RegexCase | None = None
    group_by: GroupBy = "filter"
    ids: bool = False
    strict: bool = False
    taxonomy: tuple[Path, ...] = ()
    min_confidence: Confidence = "guess"
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """The same for the lowering, files and profile loaded."""
        # These load pySigma and the taxonomy, which a run of rules whose results are known does without.
        from translator.dialect.profile import load_profile
        from translator.lowering.context import Emission
        from translator.lowering.settings import Settings
        from translator.taxonomy.lookup import load_taxonomy

        return Settings(
            taxonomy=load_taxonomy(self.taxonomy, self.min_confidence),
            emission=Emission(
                load_profile(self.profile), self.regex_case, self.robust, tuple(sorted(self.groups.items()))
            ),
            sources=self.sources,
            group_by=self.group_by,
            ids=self.ids,
            placeholders=self.placeholders,
        )
