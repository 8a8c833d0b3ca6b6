"""What a translation approximates, assumes or refuses: a catalogue of codes, and notes that use them.

A code is a stable name that users filter on; its row says what it means and what to do about it.
"""

from __future__ import annotations

# The catalogue is what these modules hold, taken together.
from translator.notes.correlations import *  # noqa: F403
from translator.notes.kinds import Code as Code
from translator.notes.kinds import Effect as Effect
from translator.notes.kinds import Note as Note
from translator.notes.rules import *  # noqa: F403

CATALOGUE = {value.name: value for value in tuple(globals().values()) if isinstance(value, Code)}
"""Code name -> row."""
