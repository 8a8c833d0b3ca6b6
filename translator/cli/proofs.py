"""A verification for people: how the rules stand, what differs, which condition decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from translator.cli.console import ERROR, line, say, say_trace
from translator.harness.proof import GIVEN, Proof, Trial, depends
from translator.harness.run import Verification, first_trace
from translator.harness.standing import Standing
from translator.notes import Effect

SHOWN_TRIALS = 5
"""As many events are shown for each rule and kind of difference; --json and --html have all."""
SHOWN_RULES = 20
"""A run of no more rules shows each of them; of more, those that differ, and those that events fired."""
COLOURS = {
    Standing.EVERYWHERE: "green",
    Standing.IDENTICAL: "green",
    Standing.NOTED: "yellow",
    Standing.UNPROVED: "dim",
    Standing.REFUSED: "magenta",
    Standing.DIFFERS: ERROR,
}
_EFFECTS = {Effect.WIDER: "FortiSIEM only", Effect.NARROWER: "Sigma only"}


def say_unverified(found: Verification) -> None:
    """What could not be read, and the rules that have no translation."""
    if trace := first_trace(found.errors):
        say_trace(trace)
    for error in found.errors:
        say(str(error), ERROR)
    for each in found.proofs:
        if each.refused:
            say(f"{each.location}: {each.refused}; nothing to verify", ERROR)
    for name in found.unmatched:
        say(f"the pack's rule '{name}' stands for no Sigma rule of this run", "yellow")


def lines(found: Verification, verbose: bool) -> Iterator[Text]:
    """The table of rules, their differences, and the figures of the run."""
    tried = [each for each in found.proofs if each.standing is not Standing.REFUSED]
    shown = tried if verbose or len(tried) <= SHOWN_RULES else [each for each in tried if _worth_a_row(each)]
    if shown:
        yield line(("standing                      events  fired  FortiSIEM only  Sigma only  rule", "bold"))
    for each in shown:
        yield _row(each)
    for each in shown:
        if each.differing:
            yield line()
            yield from _differences(each)
    yield from _figures(found, tried)


def _worth_a_row(proof: Proof) -> bool:
    return bool(proof.differing) or any(each.kind == GIVEN for each in proof.trials)


def _row(proof: Proof) -> Text:
    effects = [each.effect(proof.profile) for each in proof.trials]
    figures = (
        f"{proof.tried:6,}  {proof.fired:5,}  {effects.count(Effect.WIDER):14,}"
        f"  {effects.count(Effect.NARROWER):10,}"
    )
    standing = proof.standing
    return line((f"{standing.words:28}", COLOURS[standing]), f"  {figures}  {proof.name or proof.title}")


def _differences(proof: Proof) -> Iterator[Text]:
    yield line((proof.title, "bold"), "  ", (str(proof.location), "dim"))
    for effect, words in _EFFECTS.items():
        found = [each for each in proof.differing if each.effect(proof.profile) is effect]
        for each in found[:SHOWN_TRIALS]:
            yield line(f"    {words}: {each.place}", (f"  {each.why}" if each.why else "", "dim"))
            yield from _deciding(each)
        if len(found) > SHOWN_TRIALS:
            yield line(f"    {words}: {len(found) - SHOWN_TRIALS:,} more (--json and --html name them)")
    for note in proof.notes:
        if note.effect is not Effect.INFO:
            yield line((f"    {note.code.name} ({note.effect.value}): {note.text}", "dim"))
    if proof.unexplained:
        yield line(("    no note announces this", ERROR))


def _deciding(trial: Trial) -> Iterator[Text]:
    if trial.leaf:
        yield line((f"        in Sigma: {trial.leaf}", "dim"))
    for each in trial.decides:
        yield line((f"        in FortiSIEM: {each}", "dim"))


def _figures(found: Verification, tried: Sequence[Proof]) -> Iterator[Text]:
    witnesses = sum(len(each.of_kind(given=False)) for each in tried)
    fired = sum(bool(each.fired) for each in tried)
    parts = [f"{witnesses:,} witnesses", f"{len(found.trials.given):,} events"]
    rules = "1 rule" if len(tried) == 1 else f"{len(tried):,} rules"
    yield line((f"{rules} on {' and '.join(parts)}; {fired:,} fired", "bold"))
    for standing, number in found.by_standing.items():
        if number:
            yield line("  ", (f"{standing.words:28}", COLOURS[standing]), f"{number:7,}")
    if found.unsolved:
        words = ", ".join(f"{number:,} {status}" for status, number in found.unsolved.items())
        yield line(f"Rules without witnesses: {words}.")
    usual, profile = found.trials.options.profile, found.trials.profile
    if profile != usual:
        number = depends(tried, usual)
        text = (
            f"Profile {profile}: {number:,} of {len(tried):,} rules depend on it: they differ under {usual}."
        )
        yield line((text, "bold"))
    yield from _mutation(tried)


def _mutation(tried: Sequence[Proof]) -> Iterator[Text]:
    scores = [each.mutants for each in tried if each.mutants is not None]
    if not scores:
        return
    made, killed = sum(each.made for each in scores), sum(each.killed for each in scores)
    equivalent = sum(each.equivalent for each in scores)
    share = f"{100 * killed / (made - equivalent):.1f} %" if made > equivalent else "-"
    yield line(
        (f"Mutation score {share}", "bold"),
        f": {killed:,} of {made - equivalent:,} faults found; {equivalent:,} more change nothing",
    )
    for proof in tried:
        for survivor in proof.mutants.survivors if proof.mutants else ():
            yield line(f"  not found: {proof.title}: {survivor}")
