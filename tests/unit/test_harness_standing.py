"""What notes announce, and how a rule stands because of it."""

from __future__ import annotations

import pytest

from translator.errors import Location
from translator.harness.proof import Proof, Trial
from translator.harness.standing import ASSUMED, Standing, announced
from translator.notes import CATALOGUE, Effect, Note


def note(code: str, effect: Effect | None = None) -> Note:
    return Note(CATALOGUE[code], "because", effect or CATALOGUE[code].effect)


def proof(*trials: tuple[bool, tuple[bool, bool, bool]], notes: tuple[Note, ...] = ()) -> Proof:
    made = tuple(
        Trial("witness", f"witness {number}", sigma, fortisiem, "", "", {})
        for number, (sigma, fortisiem) in enumerate(trials)
    )
    words = dict.fromkeys(("id", "title", "product", "log_source", "level", "status", "sigma"), "")
    return Proof(
        location=Location("r.yml", 1),
        condition=0,
        tags=(),
        profile="default",
        notes=notes,
        trials=made,
        tried=len(made),
        **words,
    )


def test_every_assumption_says_what_it_lets_differ() -> None:
    assert {code.name for code in CATALOGUE.values() if code.effect is Effect.ASSUMPTION} == set(ASSUMED)


def test_an_assumption_about_names_announces_no_difference() -> None:
    assert announced([note("mapping-guess"), note("sources-primary")]) == set()
    assert announced([note("cidr-as-pattern")]) == {Effect.WIDER, Effect.NARROWER}
    assert announced([note("case-sensitive", Effect.NARROWER)]) == {Effect.NARROWER}


YES, NO = (True, True, True), (False, False, False)


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (proof(), Standing.UNPROVED),
        (proof((True, YES), (False, NO)), Standing.EVERYWHERE),
        (proof((True, (True, False, True))), Standing.IDENTICAL),
        (proof((False, YES)), Standing.DIFFERS),
        (proof((False, YES), notes=(note("case-sensitive"),)), Standing.NOTED),
        (proof((True, NO), notes=(note("case-sensitive"),)), Standing.DIFFERS),
        (proof((False, YES), notes=(note("mapping-guess"),)), Standing.DIFFERS),
    ],
)
def test_standing(found: Proof, standing: Standing) -> None:
    assert found.standing is standing
