"""Which rule a correlation or a filter means: by its name, or by its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from translator.errors import InputError, Location
from translator.sources.documents import Document


def names_rule(reference: str, content: Mapping[str, Any]) -> bool:
    """Whether the reference is the name of a rule, letter by letter, or its id."""
    return reference == content.get("name") or reference.lower() == str(content.get("id") or "").lower()


def find_rule(reference: str, documents: Sequence[Document], near: Location) -> Document:
    """The one document that the reference names. One of the file that refers to it is meant before others.

    Raises: InputError(rule-invalid) where there is none, or more than one.
    """
    found = candidates(reference, documents, near)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(
            "rule-invalid",
            f"no rule has the name or id '{reference[:80]}'",
            hint="give the file that defines it together with this one",
        )
    places = ", ".join(str(each.location) for each in found[:3])
    raise InputError(
        "rule-invalid",
        f"{len(found)} rules have the name or id '{reference[:80]}': {places}",
        hint="give each rule a name of its own",
    )


def candidates(reference: str, documents: Sequence[Document], near: Location) -> list[Document]:
    """The documents that the reference can mean."""
    found = [
        each for each in documents if "filter" not in each.content and names_rule(reference, each.content)
    ]
    return [each for each in found if each.location.path == near.path] or found
