"""A verification as JSON's types: what ``--json`` prints, described in docs/commands.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from translator.harness.proof import Mutants, Proof, Trial, depends, profiles_with
from translator.harness.run import Verification
from translator.harness.standing import Standing


def as_json(found: Verification, errors: Sequence[Any]) -> dict[str, Any]:
    """The whole run; ``errors`` in the form that all commands have."""
    tried = [each for each in found.proofs if each.standing is not Standing.REFUSED]
    same = (Standing.EVERYWHERE, Standing.IDENTICAL)
    return {
        "profile": found.trials.profile,
        "events": len(found.trials.given),
        "witnesses": sum(len(each.of_kind(given=False)) for each in tried),
        "agree": sum(each.standing in same for each in tried),
        "depend_on_profile": depends(tried, found.trials.options.profile),
        "standings": {standing.value: number for standing, number in found.by_standing.items()},
        "unsolved": found.unsolved,
        "unmatched": found.unmatched,
        "unchanged": found.unchanged,
        "rules": [_rule(each) for each in tried],
        "refused": [
            {**_keys(each), "reason": each.refused, "notes": _notes(each, refusals=True)}
            for each in found.proofs
            if each.standing is Standing.REFUSED
        ],
        "errors": list(errors),
    }


def _keys(proof: Proof) -> dict[str, Any]:
    return {
        "path": proof.location.path,
        "line": proof.location.line,
        "condition": proof.condition,
        "id": proof.id,
        "title": proof.title,
    }


def _rule(proof: Proof) -> dict[str, Any]:
    given = proof.of_kind(given=True)
    return {
        **_keys(proof),
        "name": proof.name,
        "standing": proof.standing.value,
        "agrees": not proof.differing,
        "explained": not proof.unexplained,
        "both": [each.place for each in given if each.sigma and each.fires(proof.profile)],
        "engine_only": [each.place for each in given if not each.sigma and each.fires(proof.profile)],
        "sigma_only": [each.place for each in given if each.sigma and not each.fires(proof.profile)],
        "witnesses": len(proof.of_kind(given=False)),
        "unsolved": proof.unsolved[0] or None,
        "reason": proof.unsolved[1] or None,
        "differences": [trial(each, proof.profile) for each in proof.differing],
        "mutants": _mutants(proof.mutants),
        "notes": [note.code.name for note in proof.notes],
    }


def trial(each: Trial, profile: str) -> dict[str, Any]:
    """One event with its verdicts; ``profile`` is the one that decides."""
    return {
        "place": each.place,
        "kind": each.kind,
        "sigma": each.sigma,
        "fortisiem": dict(zip(profiles_with(profile), each.fortisiem, strict=True)),
        "leaf": each.leaf,
        "decides": list(each.decides),
        "why": each.why,
        "event": dict(each.event),
        "steps": [
            {
                "at": step.at,
                "rule": step.rule,
                "sigma": step.sigma,
                "fortisiem": dict(zip(profiles_with(profile), step.fortisiem, strict=True)),
                "event": dict(step.event),
            }
            for step in each.steps
        ],
    }


def _mutants(mutants: Mutants | None) -> dict[str, Any] | None:
    if mutants is None:
        return None
    return {
        "made": mutants.made,
        "killed": mutants.killed,
        "equivalent": mutants.equivalent,
        "survivors": list(mutants.survivors),
    }


def _notes(proof: Proof, *, refusals: bool) -> list[dict[str, Any]]:
    return [
        {"code": note.code.name, "effect": note.effect.value, "field": note.field, "text": note.text}
        for note in proof.notes
        if not refusals or note.effect.value == "refused"
    ]
