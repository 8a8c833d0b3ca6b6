"""Raw events to FortiSIEM attributes."""

from __future__ import annotations

from collections.abc import Mapping

from translator.normalise.kinds import kind_of
from translator.normalise.values import Value
from translator.normalise.windows import normalise as normalise_windows

__all__ = ["Value", "is_known", "kind_of", "normalise"]


def is_known(raw: Mapping[str, object]) -> bool:
    """Whether an event is of a kind that can be normalised."""
    return "Event" in raw or kind_of(raw) is not None


def normalise(raw: Mapping[str, object]) -> dict[str, Value]:
    """The attributes of an event as :mod:`translator.sources.events` reads it, ``rawEventMsg`` among them.

    Windows: as :func:`translator.normalise.windows.normalise`; other kinds by their tables.

    Raises: InputError ``not-windows-event`` for what is of no kind that is known.
    """
    kind = None if "Event" in raw else kind_of(raw)
    return normalise_windows(raw) if kind is None else kind.normalise(raw)
