"""How severe the incident of a rule is, by the level of the Sigma rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from translator.errors import InputError
from translator.taxonomy.load import data_folder, parse

_FILE = "severity.yaml"
_ABSENT = "absent"


class SeverityRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The severity of one level, 1 to 10, how sure it is and where it was seen."""

    severity: Annotated[int, Meta(ge=1, le=10)]
    status: Literal["documented", "observed", "assumed"]
    source: Annotated[str, Meta(min_length=1)]


def severity(level: str | None) -> int:
    """The FortiSIEM severity, 1 to 10, for a Sigma level; None is a rule that states no level.

    Raises: InputError(unknown-level) for a level that Sigma does not have.

    >>> severity("low"), severity(None)
    (3, 1)
    """
    rows = severities()
    row = rows.get(level if level is None else level.strip().casefold())
    if row is None:
        known = ", ".join(name for name in rows if name)
        raise InputError("unknown-level", f"Sigma has no level '{level}'", hint=f"choose from {known}")
    return row.severity


@cache
def severities() -> Mapping[str | None, SeverityRow]:
    """The rows of the table by level, with None for a rule that states no level.

    Raises: InputError(taxonomy-invalid) with file, line and key of a row that does not fit.
    """
    document = parse(f"taxonomy/data/{_FILE}", (data_folder() / _FILE).read_bytes(), trusted=True)
    return {
        None if level == _ABSENT else level: document.convert(row, SeverityRow, (level,))
        for level, row in document.mapping(document.content).items()
    }
