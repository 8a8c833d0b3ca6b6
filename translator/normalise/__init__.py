"""Raw events to FortiSIEM attributes."""

from __future__ import annotations

from translator.normalise.values import Value
from translator.normalise.windows import normalise

__all__ = ["Value", "normalise"]
