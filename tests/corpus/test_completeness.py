"""No condition of a public rule is dropped: what is written is what the translation accounts for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.leaves import is_whole
from translator.errors import InputError, TranslatorError
from translator.notes import CATALOGUE
from translator.options import Options
from translator.translate import load, translate

pytestmark = pytest.mark.corpus

FOLDERS = (
    *("rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"),
    *("deprecated", "unsupported"),
)
AT_LEAST = 3_700
"""Conditions that are translated and were compared; fewer would mean that the test sees less."""


def test_every_rule_is_translated_whole_or_refused_with_a_code(shared_root: Path) -> None:
    lost, compared, refused, invalid = [], 0, 0, []
    options = Options()
    for source in load([shared_root / "sigma" / folder for folder in FOLDERS]):
        if isinstance(source, TranslatorError):
            assert source.code in CATALOGUE, source
            if isinstance(source, InputError):
                invalid.append(str(source))
            continue
        for each in translate(source, options):
            if each.rule is None:
                assert each.refusals, each.location
                refused += 1
                continue
            compared += 1
            if not is_whole(each):
                lost.append(str(each.location))
    print(f"{compared} conditions compared, {refused} refused, not valid: {invalid}")
    assert lost == []
    assert compared >= AT_LEAST
