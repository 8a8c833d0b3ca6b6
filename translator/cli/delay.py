"""The flag of commands that put collected events into the order of their times."""

from __future__ import annotations

import click

from translator.engine.clock import DEFAULT_DELAY

delay_flag = click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=DEFAULT_DELAY,
    show_default=True,
    metavar="SECONDS",
    help="How far behind the latest event of its file an event may be; later ones are dropped and counted.",
)
