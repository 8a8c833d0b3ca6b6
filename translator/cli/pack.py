"""``translate pack``: rules as a pack that is imported, compared, updated, and checked once deployed."""

from __future__ import annotations

import click

from translator.cli.group import Commands

_MODULES = {
    "lint": "pack_lint",
    "build": "pack_build",
    "diff": "pack_diff",
    "update": "pack_update",
    "verify": "pack_verify",
    "tables": "pack_tables",
    "target": "pack_target",
}


@click.group(
    commands=Commands(_MODULES),
    no_args_is_help=True,
    short_help="Build, compare, update and check rule packs.",
)
def pack() -> None:
    """Rule packs: what FortiSIEM imports, with everything that people need around it."""
