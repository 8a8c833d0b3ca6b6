"""The account as JSON data; keys are described in docs/commands.md."""

from __future__ import annotations

from typing import Any

from translator.coverage.account import Account, Missing, Row, Totals


def as_json(account: Account) -> dict[str, Any]:
    """Totals first, then what is missing, then each rule in the order of the run."""
    return {
        "total": len(account.rows),
        "by_status": _plain(account.by_status),
        "by_product": _totals(account.by_product),
        "by_log_source": _totals(account.by_log_source),
        "by_level": _totals(account.by_level),
        "by_code": account.by_code,
        "missing": [_missing(each) for each in account.missing],
        "rules": [_row(row) for row in account.rows],
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {key: getattr(missing, key) for key in ("kind", "name", "log_source", "rules", "unlocks")}


def _row(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "line": row.line,
        "condition": row.condition,
        "id": row.id,
        "title": row.title,
        "product": row.product,
        "log_source": row.log_source,
        "level": row.level,
        "status": row.status.value,
        "name": row.name or None,
        "techniques": list(row.techniques),
        "notes": [
            {"code": note.code, "effect": note.effect.value, "field": note.field, "text": note.text}
            for note in row.notes
        ],
    }


def _totals(totals: Totals) -> dict[str, dict[str, int]]:
    return {value: {"total": sum(found.values()), **_plain(found)} for value, found in totals.items()}


def _plain(found: Any) -> dict[str, int]:
    return {status.value: number for status, number in found.items()}
