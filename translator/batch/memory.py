"""The collector of cycles, in runs that make objects by the million."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """Look for cycles now and then only: what lives on has none, and rules come and go in thousands."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
