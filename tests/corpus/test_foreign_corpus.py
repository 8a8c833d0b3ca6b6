"""SigmaHQ's regression data as it is: each rule fires on its events in the oracle and in the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator.harness.fixture_runs import run_fixtures
from translator.harness.fixtures import CaseResult
from translator.options import Options
from translator.sources.files import find_fixture_files

pytestmark = pytest.mark.corpus

FILES = 203
UNTESTED = 1
"""An info.yml whose only test is commented out."""
REFUSED = {
    # The account is kept in two attributes, so the accounts of a process and its parent cannot be compared.
    "proc_creation_win_susp_cross_user_process_spawn": "fieldref-unsupported",
}


@pytest.fixture(scope="module")
def results(shared_root: Path) -> list[CaseResult]:
    found = list(run_fixtures([shared_root / "sigma" / "regression_data"], Options()))
    assert [str(each) for each in found if not isinstance(each, CaseResult)] == []
    return [each for each in found if isinstance(each, CaseResult)]


def test_every_file_has_its_results(results: list[CaseResult], shared_root: Path) -> None:
    files = find_fixture_files(shared_root / "sigma" / "regression_data")
    assert len(files) == FILES
    assert len({each.file for each in results}) == FILES - UNTESTED


def test_every_rule_fires_in_the_oracle(results: list[CaseResult]) -> None:
    assert [each.file for each in results if each.sigma is not True] == []


def test_every_rule_fires_in_the_engine_or_is_listed(results: list[CaseResult]) -> None:
    wrong = {Path(each.file).parent.name: each.problem for each in results if not each.ok}
    assert wrong.keys() == REFUSED.keys(), wrong
    assert all(wrong[name].startswith(f"the rule is refused: {code}: ") for name, code in REFUSED.items())
    print(f"{len(results) - len(wrong)} of {len(results)} expectations hold; refused: {sorted(wrong)}")
