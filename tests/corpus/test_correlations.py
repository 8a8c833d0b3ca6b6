"""Every rule of the public collection that counts or relates events is translated, or refused by a code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from translator.errors import TranslatorError
from translator.notes import CATALOGUE
from translator.sources.correlation import CorrelationSource
from translator.translate import load, translate

pytestmark = pytest.mark.corpus

FOLDERS = ("deprecated", "unsupported")
REFUSED_UNREAD = {"timeframe-missing", "old-aggregation-unsupported"}


def test_old_aggregations_are_translated_or_refused_by_a_code(shared_root: Path) -> None:
    found: Counter[str] = Counter()
    for source in load([shared_root / "sigma" / folder for folder in FOLDERS]):
        if isinstance(source, TranslatorError):
            assert source.code in REFUSED_UNREAD | {"rule-invalid"}, source
            found[source.code] += 1
        elif isinstance(source, CorrelationSource):
            for translation in translate(source):
                codes = {note.code.name for note in translation.refusals}
                assert bool(translation.rule) is not bool(codes)
                assert codes <= CATALOGUE.keys()
                found["translated" if translation.rule else min(codes)] += 1
    assert found["translated"] >= 33
    assert sum(found.values()) >= 55
