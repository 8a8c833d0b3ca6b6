"""The example rules are proved on events made from them, so each change to one of them is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.command import EXAMPLES
from translator.harness.prove import Trials
from translator.harness.report.forms import as_json
from translator.harness.run import Verification, verify
from translator.harness.standing import Standing
from translator.options import Options

REFUSED = {
    "admin_logon_by_list.yml",
    "command_repeats_image.yml",
    "hourly_beacon.yml",
    "vip_account_created.yml",
    "watched_account_logon.yml",
}


@pytest.fixture(scope="module")
def found() -> Verification:
    return verify([str(EXAMPLES)], Trials(Options(), "default", most=64))


def named(found: Verification, *standings: Standing) -> set[str]:
    return {each.location.path.rsplit("/", 1)[-1] for each in found.proofs if each.standing in standings}


def test_no_example_differs_without_a_note(found: Verification) -> None:
    report: dict[str, Any] = as_json(found, ())
    differing = {rule["path"]: rule["differences"] for rule in report["rules"] if not rule["explained"]}
    assert not differing, json.dumps(differing, indent=1)
    assert found.errors == []


def test_every_example_has_events_or_a_reason(found: Verification) -> None:
    assert named(found, Standing.REFUSED) == REFUSED
    assert named(found, Standing.UNPROVED) == set()
    assert [each.title for each in found.proofs if not each.fired and not each.refused] == []
