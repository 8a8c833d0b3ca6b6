"""The data of the page: a short row for each rule, and the rest packed until it is looked at."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from translator.harness.proof import Proof, Trial
from translator.harness.report.beside import fields, filter_lines, sigma_lines
from translator.harness.standing import Standing
from translator.notes import Effect

TOGETHER = 40
"""Rules packed together: unpacking one unpacks these."""
_LONGEST = 2_000
"""Characters of a value of an event that are shown; a file may hold events of megabytes."""
_ENDS = 30
"""Of a sequence that is longer than twice this, so many events are shown from each end."""
_STANDINGS = {standing: number for number, standing in enumerate(Standing)}


def rows(proofs: Sequence[Proof], profiles: Sequence[str], profile: str) -> Markup:
    """What the list, the filters and the search need of each rule, and the profiles of trials, as JSON.

    ``decides`` is the place of the profile that decides.
    """
    decides = profiles.index(profile)
    return _inside_script({"profiles": profiles, "decides": decides, "rows": [_row(each) for each in proofs]})


def packs(proofs: Sequence[Proof]) -> list[Markup]:
    """Everything else, for :data:`TOGETHER` rules each: JSON, deflated, in base64."""
    found = []
    for start in range(0, len(proofs), TOGETHER):
        text = json.dumps([_detail(each) for each in proofs[start : start + TOGETHER]], ensure_ascii=True)
        found.append(Markup(base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")))
    return found


def techniques(tags: Iterable[str]) -> list[str]:
    """The ATT&CK techniques among the tags of a rule, as T1059.001."""
    names = (tag.removeprefix("attack.") for tag in tags if tag.startswith("attack.t"))
    return [name.upper() for name in names if name[1:2].isdigit()]


def _row(proof: Proof) -> list[Any]:
    place = str(proof.location)
    title = proof.title if proof.condition == 0 else f"{proof.title} (condition {proof.condition + 1})"
    effects = [each.effect(proof.profile) for each in proof.trials]
    return [
        _STANDINGS[proof.standing],
        title,
        place,
        proof.product or "any product",
        proof.log_source,
        proof.level or "no level",
        proof.status or "no status",
        proof.id,
        techniques(proof.tags),
        proof.tried,
        effects.count(Effect.WIDER),
        effects.count(Effect.NARROWER),
        sorted({note.code.name for note in proof.notes if note.effect is not Effect.INFO}),
    ]


def _detail(proof: Proof) -> dict[str, Any]:
    names = fields(proof)
    return {
        "name": proof.name,
        "fields": names,
        "sigma": list(sigma_lines(proof.sigma, names)),
        "filter": list(filter_lines(proof.rules, proof, names)),
        "leaves": [[leaf.field, leaf.value, leaf.test] for leaf in proof.leaves],
        "notes": [[note.code.name, note.effect.value, note.text] for note in proof.notes],
        "trials": [_trial(each, proof) for each in proof.trials],
        "refused": proof.refused,
        "unsolved": proof.unsolved,
        "mutants": proof.mutants
        and [proof.mutants.made, proof.mutants.killed, proof.mutants.equivalent, proof.mutants.survivors],
    }


def _trial(trial: Trial, proof: Proof) -> list[Any]:
    long = len(trial.steps) > 2 * _ENDS
    shown = (*trial.steps[:_ENDS], *trial.steps[-_ENDS:]) if long else trial.steps
    effect = trial.effect(proof.profile)
    return [
        trial.kind,
        trial.place,
        trial.sigma,
        trial.fortisiem,
        trial.why,
        trial.leaf,
        trial.decides,
        _event(trial.event),
        effect.value if effect else "",
        [[step.at, step.rule, step.sigma, step.fortisiem, _event(step.event)] for step in shown],
        len(trial.steps) - len(shown),
    ]


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _short(value) for name, value in event.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]} ... ({len(value):,} characters)"
    return value


def _inside_script(value: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
