"""Translate Sigma rules to FortiSIEM correlation rules, and prove that they fire on the same events."""

from __future__ import annotations

__version__ = "0.1.0"
