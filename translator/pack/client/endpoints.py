"""What is asked of a server, one row each. Nothing here creates, changes or deletes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row. ``listed``: it is part of the public interface; the others are asked on request alone.

    ``path`` may hold places to fill in.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    source: str
    listed: bool = True


_PUBLIC = "public API, OpenAPI files of 7.5.1"

TOKEN = Endpoint("token", "POST", "/phoenix/rest/pub/security/oauth/token", _PUBLIC)
QUERY_V2 = Endpoint("query", "POST", "/phoenix/rest/pub/v2/query/eventQuery", _PUBLIC)
PROGRESS_V2 = Endpoint("progress", "GET", "/phoenix/rest/pub/v2/query/progress", _PUBLIC)
RESULTS_V2 = Endpoint("results", "GET", "/phoenix/rest/pub/v2/query/events/results", _PUBLIC)
QUERY_V1 = Endpoint("query", "POST", "/phoenix/rest/query/eventQuery", f"{_PUBLIC}; deprecated there")
PROGRESS_V1 = Endpoint(
    "progress", "GET", "/phoenix/rest/query/progress/{ticket}", f"{_PUBLIC}; deprecated there"
)
RESULTS_V1 = Endpoint(
    "results",
    "GET",
    "/phoenix/rest/query/events/{ticket}/{offset}/{limit}",
    f"{_PUBLIC}; deprecated there",
)
RULES = Endpoint(
    "rules",
    "GET",
    "/phoenix/rest/dataRequest/rule",
    "the vendor's community, good practices for rules: how to see which rules are active",
    listed=False,
)
ROWS = (TOKEN, QUERY_V2, PROGRESS_V2, RESULTS_V2, QUERY_V1, PROGRESS_V1, RESULTS_V1, RULES)
