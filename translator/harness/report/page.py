"""A verification as one page for people, which needs no network: summary, search, and each rule beside its
translation with the events that were tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from translator.harness.proof import Proof, profiles_with
from translator.harness.report.embedded import TOGETHER, packs, rows, techniques
from translator.harness.run import Verification
from translator.harness.standing import Standing
from translator.render.templating import legal, render_template

_FULL = 100.0


@dataclass(frozen=True)
class _Arc:
    """A part of the ring: its share of the whole and where it begins, both in percent."""

    standing: Standing
    share: float
    start: float


def page(found: Verification, source: str) -> str:
    """The page. ``source`` says in words what the rules are.

    Details of rules travel packed and are unpacked as they are looked at, so that thousands open at once.
    Text of rules never becomes markup or script. Characters that HTML cannot hold become U+FFFD.
    """
    proofs, profiles = found.proofs, profiles_with(found.trials.profile)
    scores = [each.mutants for each in proofs if each.mutants is not None]
    text = render_template(
        "report/page.html.j2",
        source=source,
        profile=found.trials.profile,
        profiles=profiles,
        total=len(proofs),
        witnesses=sum(len(each.of_kind(given=False)) for each in proofs),
        events=len(found.trials.given),
        standings=list(Standing),
        by_standing=found.by_standing,
        ring=list(_ring(found.by_standing)),
        unsolved=found.unsolved,
        unmatched=found.unmatched,
        errors=[str(error) for error in found.errors],
        killed=sum(each.killed for each in scores),
        faults=sum(each.made - each.equivalent for each in scores),
        tables=[
            ("product", "Product", _totals(proofs, lambda each: [each.product or "any product"])),
            ("level", "Level", _totals(proofs, lambda each: [each.level or "no level"])),
            ("technique", "Technique", _totals(proofs, lambda each: techniques(each.tags))),
            (
                "status",
                "Status of the Sigma rule",
                _totals(proofs, lambda each: [each.status or "no status"]),
            ),
        ],
        together=TOGETHER,
        rows=rows(proofs, profiles, found.trials.profile),
        packs=packs(proofs),
    )
    return legal(text)


def _ring(by_standing: Mapping[Standing, int]) -> Iterable[_Arc]:
    total, start = sum(by_standing.values()), 0.0
    for standing, number in by_standing.items():
        share = _FULL * number / total if total else 0.0
        yield _Arc(standing, share, start)
        start += share


def _totals(
    proofs: Sequence[Proof], values: Callable[[Proof], Iterable[str]]
) -> list[tuple[str, int, Mapping[Standing, int]]]:
    """Value, rules, rules of each standing; the most frequent first."""
    found: dict[str, Counter[Standing]] = {}
    for proof in proofs:
        for value in dict.fromkeys(values(proof)):
            found.setdefault(value, Counter())[proof.standing] += 1
    totals = [(value, sum(counts.values()), counts) for value, counts in found.items()]
    return sorted(totals, key=lambda row: (-row[1], row[0]))
