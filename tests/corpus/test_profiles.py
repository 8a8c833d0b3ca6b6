"""The promises about profiles, kept by every Windows rule on every event of the public regression data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.test_regression_events import regression_cases
from tests.corpus.test_windows_rules import windows_translations
from translator.dialect.profile import load_profile
from translator.harness.compare import compare
from translator.options import Options

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

PROMISES = {
    "a guarded negation does not depend on absent attributes": (Options(), "sql-null"),
    "(?i) makes patterns independent of letter case": (Options(regex_case="inline"), "case-strict"),
    "classes make patterns independent of letter case": (Options(regex_case="classes"), "case-strict"),
    "further sources change nothing for the primary one": (Options(sources="all"), "default"),
}


@pytest.mark.parametrize("promise", PROMISES)
def test_every_rule_keeps(promise: str, shared_root: Path) -> None:
    options, profile = PROMISES[promise]
    translations = windows_translations(shared_root, options)
    outcomes = compare(
        translations, regression_cases(shared_root), load_profile(profile), options.settings.taxonomy
    )
    assert not [each.translation.source.location.path for each in outcomes if not each.agrees]


def test_letter_case_matters_without_that(shared_root: Path) -> None:
    translations = windows_translations(shared_root)
    outcomes = compare(
        translations, regression_cases(shared_root), load_profile("case-strict"), Options().settings.taxonomy
    )
    differing = sum(not each.agrees for each in outcomes)
    print(f"{differing} rules depend on letter case on these events")
    assert differing
