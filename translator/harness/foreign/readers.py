"""The reader of each kind of foreign fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from translator.harness.foreign import detkit, kodon, rsigma, sigmahq, zircolite
from translator.harness.foreign.expectation import Expectation
from translator.sources.fixture_names import FixtureKind

Reader = Callable[[Path], Iterator[Expectation]]

READERS: Final[Mapping[FixtureKind, Reader]] = {
    FixtureKind.SIGMAHQ: sigmahq.read,
    FixtureKind.DETKIT: detkit.read,
    FixtureKind.KODON: kodon.read,
    FixtureKind.RSIGMA: rsigma.read,
    FixtureKind.ZIRCOLITE: zircolite.read,
}
