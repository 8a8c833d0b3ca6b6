"""Witnesses as text for FortiSIEM's own rule test, which takes the raw message of an event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from translator.harness.proof import Proof

_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


def pasted(proofs: Sequence[Proof]) -> Iterator[tuple[str, str]]:
    """For each event with a message, its file name below the directory, and the text.

    The name says which rule it is for and whether the Sigma rule fires: ``0001-Whoami/witness-3.fires.txt``.
    """
    for number, proof in enumerate(proofs, 1):
        folder = f"{number:04}-{_safe(proof.title)}"
        for trial in proof.trials:
            if trial.raw:
                verdict = "fires" if trial.sigma else "silent"
                yield f"{folder}/{_safe(trial.place)}.{verdict}.txt", f"{trial.raw}\n"


def _safe(text: str) -> str:
    return _UNSAFE.sub("-", text).strip("-.")[:60] or "rule"
