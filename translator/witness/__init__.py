"""Events made from a Sigma rule: such that satisfy it, near misses, and values at the edges."""

from __future__ import annotations

from translator.witness.event import Witness, Witnesses
from translator.witness.generate import witnesses
from translator.witness.judge import Judge, judge_of
from translator.witness.raw import RawForm, raw_event
from translator.witness.sequences.generate import witness_sequences
from translator.witness.sequences.made import Sequence, Sequences, Step
from translator.witness.sequences.reading import known_as

__all__ = [
    "Judge",
    "RawForm",
    "Sequence",
    "Sequences",
    "Step",
    "Witness",
    "Witnesses",
    "judge_of",
    "known_as",
    "raw_event",
    "witness_sequences",
    "witnesses",
]
