"""A difference in words, for reports that have no layout of their own."""

from __future__ import annotations

from collections.abc import Iterator

from translator.harness.proof import Proof, Trial
from translator.notes import Effect

SHOWN = 10
"""As many differing events of one rule are described; more are counted."""
STEPS = 12
"""Of a sequence so many events are shown."""
_EFFECTS = {Effect.WIDER: "FortiSIEM alone fires", Effect.NARROWER: "Sigma alone fires"}


def summary(proof: Proof) -> str:
    """One sentence on the differences of a rule that no note announces."""
    number = len(proof.unexplained)
    first = proof.unexplained[0]
    about = f", first about {first.leaf}" if first.leaf else ""
    return f"{number} of {proof.tried} events get different verdicts that no note announces{about}"


def described(proof: Proof) -> str:
    """The differing events, a few lines each."""
    found = proof.unexplained
    lines = [line for each in found[:SHOWN] for line in difference(each, proof.profile)]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more")
    return "\n".join(lines)


def difference(trial: Trial, profile: str) -> Iterator[str]:
    """One differing event: who fires, which conditions decide, and the event or those of its sequence."""
    effect = trial.effect(profile)
    why = f" ({trial.why})" if trial.why else ""
    yield f"{trial.place}{why}: {_EFFECTS[effect] if effect else 'both agree'}"
    if trial.leaf:
        yield f"  in Sigma: {trial.leaf}"
    for condition in trial.decides:
        yield f"  in FortiSIEM: {condition}"
    if not trial.steps:
        yield f"  event: {dict(trial.event)}"
    for step in trial.steps[:STEPS]:
        yield f"  after {step.at} s, an event of {step.rule}: {dict(step.event)}"
    if len(trial.steps) > STEPS:
        yield f"  and {len(trial.steps) - STEPS} more events"
