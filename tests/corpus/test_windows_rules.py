"""Every Windows rule of the public collection: translated or refused with a code, the same each time."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from translator.errors import TranslatorError
from translator.lowering.names import Names
from translator.notes import CATALOGUE, Effect
from translator.options import Options
from translator.render.expression import print_filter
from translator.translate import Translation, load, render, translate

pytestmark = pytest.mark.corpus

FOLDERS = ("rules", "rules-emerging-threats", "rules-threat-hunting")
AT_LEAST_TRANSLATED = 2_780
ACTIVE_RULES = 2_858


@pytest.fixture(scope="module")
def translations(shared_root: Path) -> list[Translation]:
    return windows_translations(shared_root)


def windows_translations(shared_root: Path, options: Options | None = None) -> list[Translation]:
    """One translation for each condition of each Windows rule."""
    found: list[Translation] = []
    names, options = Names(), options or Options()
    for source in load([shared_root / "sigma" / folder for folder in FOLDERS]):
        if isinstance(source, TranslatorError):
            assert source.code in ("correlation", "filter"), source
        elif source.sigma.logsource.product == "windows":
            found += translate(source, options, names)
    return found


def test_most_rules_are_translated(translations: list[Translation]) -> None:
    done = [each for each in translations if each.rule is not None]
    codes = Counter(note.code.name for each in translations for note in each.refusals)
    print(f"{len(done)} of {len(translations)} translated; refused: {dict(codes)}")
    assert len(translations) >= ACTIVE_RULES
    assert len(done) >= AT_LEAST_TRANSLATED


def test_each_refusal_has_a_code_and_a_reason(translations: list[Translation]) -> None:
    for each in translations:
        if each.rule is None:
            assert each.refusals, each.source.location
            assert all(note.code.name in CATALOGUE and note.text for note in each.refusals)


def test_each_rule_names_an_event_type(translations: list[Translation]) -> None:
    for each in translations:
        if each.rule is not None:
            text = print_filter(each.rule.sub_patterns[0].filter)
            assert "eventType" in text, f"{each.source.location}: {text}"
            source = each.source.sigma.logsource
            if source.category or source.service:
                assert "eventType REGEXP" not in text, f"{each.source.location}: {text}"


def test_names_are_unique(translations: list[Translation]) -> None:
    rules = [each.rule for each in translations if each.rule is not None]
    for values in ([rule.name for rule in rules], [rule.incident.event_type for rule in rules]):
        assert len({value.casefold() for value in values}) == len(values)


def test_a_second_run_gives_the_same_bytes(translations: list[Translation], shared_root: Path) -> None:
    assert _digest(windows_translations(shared_root)) == _digest(translations)


def test_strict_leaves_only_exact_translations(translations: list[Translation]) -> None:
    exact = [each for each in translations if each.rule is not None and not _differs(each)]
    strict = Options(strict=True)
    for each in exact[:200]:
        assert translate(each.source, strict)[each.index].rule is not None
    for each in [one for one in translations if _differs(one)][:200]:
        assert translate(each.source, strict)[each.index].rule is None


def _differs(translation: Translation) -> bool:
    return any(note.effect is not Effect.INFO for note in translation.notes)


def _digest(translations: list[Translation]) -> str:
    text = render([each.page for each in translations if each.rule is not None])
    notes = "\n".join(str(note) for each in translations for note in each.notes)
    return sha256((text + notes).encode("utf-8")).hexdigest()
