"""How sure facts may be, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from translator.taxonomy.schema import Confidence

LEVELS: tuple[Confidence, ...] = ("guess", "parser", "documented", "observed")
"""From least to most: what was seen in stored events is beyond what the vendor says of them."""
