"""Where templates are."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
"""The folder of the installed package, or of the package in a checkout."""


def template_folders(package: Path) -> tuple[Path, ...]:
    """Where to look, in this order: inside an installed package, and beside the package of a checkout."""
    return (package / "templates", package.parent / "templates")
