"""The catalogue of notes as users meet it."""

from __future__ import annotations

import re

import pytest

from translator import notes
from translator.errors import Location
from translator.notes import CATALOGUE, Code, Effect, Note


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_row_says_what_it_means_and_what_to_do(name: str) -> None:
    code = CATALOGUE[name]
    assert code.name == name
    assert re.fullmatch("[a-z]+(-[a-z0-9]+)*", name)
    for text in (code.meaning, code.remedy):
        assert text == " ".join(text.split())
        assert text.endswith((".", "?"))
        assert text[0].isupper()


def test_no_two_constants_share_a_name() -> None:
    found = [value for value in vars(notes).values() if isinstance(value, Code)]
    assert len(found) == len({code.name for code in found}) == len(CATALOGUE)


def test_effects_turn_round_in_pairs() -> None:
    assert {effect: effect.reversed() for effect in Effect} == {
        Effect.INFO: Effect.INFO,
        Effect.ASSUMPTION: Effect.ASSUMPTION,
        Effect.WIDER: Effect.NARROWER,
        Effect.NARROWER: Effect.WIDER,
        Effect.REFUSED: Effect.REFUSED,
    }


def test_a_note_reads_as_one_line() -> None:
    note = Note(notes.FIELD_IN_RAW, "'X' is searched", Effect.WIDER, "X", Location("rule.yml", 3))
    assert str(note) == "rule.yml:3: field-in-raw (wider): 'X' is searched"
    assert str(Note(notes.CORRELATION_CHAINED, "later", Effect.INFO)) == "correlation-chained (info): later"
