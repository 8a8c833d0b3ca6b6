"""Answers in XML."""

from __future__ import annotations

from collections.abc import Mapping

from translator.render.templating import attribute_text, element_text


def response(inside: str, number: str = "1", error: str = '<error code="0"/>') -> bytes:
    """An answer around what it holds."""
    return (
        f'<response requestId="{number}" timestamp="1"><result>{error}{inside}</result></response>'.encode()
    )


def event(row: Mapping[str, str]) -> str:
    """One row of an event query."""
    inside = "".join(
        f'<attribute name="{attribute_text(name)}">{element_text(value)}</attribute>'
        for name, value in row.items()
    )
    return f"<event><custId>1</custId><dataStr/><attributes>{inside}</attributes></event>"


def entries(row: Mapping[str, str]) -> str:
    """One row of a query in SQL."""
    inside = "".join(
        f"<entry><key>{element_text(name)}</key><value>{element_text(value)}</value></entry>"
        for name, value in row.items()
    )
    return f"<event><dataStr>{inside}</dataStr></event>"
