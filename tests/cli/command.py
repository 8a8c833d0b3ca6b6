"""Ways to run ``translate`` in a test, and a rule to give it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT


class Run(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Runner = Callable[..., Run]

EXAMPLES = ROOT / "sigma_rules"
EXACT = EXAMPLES / "net_discovery.yml"
"""An example without notes above "info"."""
EVENTS = EXAMPLES / "net_discovery.events.jsonl"


def rule_text(detection: str = "Image: notepad.exe", *, title: str = "Example", keys: str = "") -> str:
    """A rule for process creation with one selection."""
    return (
        f"title: {title}\n{keys}logsource: {{product: windows, category: process_creation}}\n"
        f"detection:\n  selection:\n    {detection}\n  condition: selection\nlevel: high\n"
    )


def write(path: Path, content: str | bytes) -> Path:
    """A file with that content, in a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
