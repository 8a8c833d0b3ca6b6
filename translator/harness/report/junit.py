"""A verification as a JUnit report: a test case for each rule, a suite for each log source."""

from __future__ import annotations

from dataclasses import dataclass

from translator.harness.proof import Proof
from translator.harness.report.words import described, summary
from translator.harness.run import Verification
from translator.harness.standing import Standing
from translator.render.templating import legal, render_template


@dataclass(frozen=True)
class _Case:
    """One test case; at most one of ``failure`` and ``skipped`` is not empty."""

    path: str
    line: int | None
    name: str
    failure: str = ""
    text: str = ""
    skipped: str = ""


def junit(found: Verification, source: str) -> str:
    """The report as XML. A refused rule, and one without events, is a skipped test."""
    suites: dict[str, list[_Case]] = {}
    for proof in found.proofs:
        suites.setdefault(proof.log_source or source, []).append(_case(proof))
    cases = [case for each in suites.values() for case in each]
    errors = [
        {
            "place": str(error.location or source),
            "code": error.code,
            "cause": error.cause,
            "text": str(error),
        }
        for error in found.errors
    ]
    return legal(
        render_template(
            "report/junit.xml.j2",
            suites=list(suites.items()),
            tests=len(cases) + len(errors),
            failures=sum(bool(each.failure) for each in cases),
            skipped=sum(bool(each.skipped) for each in cases),
            errors=errors,
        )
    )


def _case(proof: Proof) -> _Case:
    name = proof.title if proof.condition == 0 else f"{proof.title} (condition {proof.condition + 1})"
    case = _Case(proof.location.path, proof.location.line, name)
    match proof.standing:
        case Standing.DIFFERS:
            return _Case(case.path, case.line, name, summary(proof), described(proof))
        case Standing.REFUSED:
            return _Case(case.path, case.line, name, skipped=proof.refused)
        case Standing.UNPROVED:
            return _Case(
                case.path, case.line, name, skipped=": ".join(filter(None, proof.unsolved)) or "no event"
            )
    return case
