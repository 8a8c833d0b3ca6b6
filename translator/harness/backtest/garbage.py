"""Events come and go by the thousand and are in no cycles: looking for those takes long."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 100_000
"""Objects more than before from which on cycles are looked for."""


@contextmanager
def little_garbage() -> Iterator[None]:
    """Look for cycles seldom, and not among what is there already, which stays until the end."""
    gc.freeze()
    thresholds = gc.get_threshold()
    gc.set_threshold(_MANY, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
