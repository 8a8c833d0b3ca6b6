"""A verification as a SARIF 2.1.0 log, which code scanning shows beside the lines of the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from translator import __version__
from translator.errors import Location, TranslatorError
from translator.harness.proof import Proof
from translator.harness.report.words import described, summary
from translator.harness.run import Verification
from translator.harness.standing import Standing

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_DIFFERS, _NOTED, _REFUSED, _UNREAD = "verdict-differs", "verdict-noted", "rule-refused", "not-read"
_RULES = {
    _DIFFERS: ("error", "The FortiSIEM rule gives another verdict than the Sigma rule, and no note says so."),
    _NOTED: ("note", "The FortiSIEM rule gives another verdict than the Sigma rule, as a note announces."),
    _REFUSED: ("warning", "The Sigma rule has no FortiSIEM rule."),
    _UNREAD: ("error", "The file or document could not be read."),
}


def sarif(found: Verification, source: str) -> str:
    """The log as JSON; ``source`` says in words what was verified."""
    results = [each for proof in found.proofs for each in _of_rule(proof)]
    results += [_of_error(error) for error in found.errors]
    return _text(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "sigma-fortisiem",
                            "semanticVersion": __version__,
                            "rules": [
                                {
                                    "id": name,
                                    "shortDescription": {"text": text},
                                    "defaultConfiguration": {"level": level},
                                }
                                for name, (level, text) in _RULES.items()
                            ],
                        }
                    },
                    "properties": {"source": source, "profile": found.trials.profile},
                    "results": results,
                }
            ],
        }
    )


def _of_rule(proof: Proof) -> Iterator[dict[str, Any]]:
    match proof.standing:
        case Standing.DIFFERS:
            yield _result(_DIFFERS, f"{proof.title}: {summary(proof)}\n{described(proof)}", proof.location)
        case Standing.NOTED:
            number = len(proof.differing)
            text = (
                f"{proof.title}: {number} of {proof.tried} events get different verdicts, as notes announce"
            )
            yield _result(_NOTED, text, proof.location)
        case Standing.REFUSED:
            yield _result(_REFUSED, f"{proof.title}: {proof.refused}", proof.location)


def _of_error(error: TranslatorError) -> dict[str, Any]:
    return _result(_UNREAD, str(error), error.location)


def _result(rule: str, text: str, location: Location | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": _RULES[rule][0],
        "message": {"text": text},
    }
    if location is not None:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(location.path)}}
        if location.line is not None:
            place["region"] = {"startLine": location.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


def _uri(path: str) -> str:
    """A relative reference, or a file URI for an absolute path."""
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix(), errors="replace")


def _text(log: dict[str, Any]) -> str:
    text = json.dumps(log, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"
