"""The console that messages and results for people are written to.

A module of its own, because rich takes longer to load than a result for programs to be printed.
"""

from __future__ import annotations

from rich.console import Console

from translator.cli.console import drop


class Stream(Console):
    """A console that drops what nobody reads, instead of ending the program."""

    def on_broken_pipe(self) -> None:
        drop(self.file)
