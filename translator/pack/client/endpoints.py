"""What is asked of a server, one row each. What creates or changes something says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row. ``listed``: it is part of the public interface; the others are asked on request alone.

    ``path`` may hold places to fill in. ``writes``: it creates or changes something, so it is asked by the
    one command that says so.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    source: str
    listed: bool = True
    writes: bool = False


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
CMDB = Endpoint("list of rules", "POST", "/phoenix/rest/query/cmdb", _PUBLIC)
INCIDENTS = Endpoint("incidents", "POST", "/phoenix/rest/pub/incident", _PUBLIC)
INCIDENT_PAGE = Endpoint("incidents", "GET", "/phoenix/rest/pub/incident/{query}/{page}", _PUBLIC)
TABLES = Endpoint("lookup tables", "GET", "/phoenix/rest/pub/lookupTable", _PUBLIC)
NEW_TABLE = Endpoint("new lookup table", "POST", "/phoenix/rest/pub/lookupTable", _PUBLIC, writes=True)
FILL_TABLE = Endpoint(
    "rows of a lookup table", "POST", "/phoenix/rest/pub/lookupTable/{table}/import", _PUBLIC, writes=True
)
TABLE_TASK = Endpoint("import", "GET", "/phoenix/rest/pub/lookupTable/{table}/task/{task}", _PUBLIC)
RULES = Endpoint(
    "rules",
    "GET",
    "/phoenix/rest/dataRequest/rule",
    "the vendor's community, good practices for rules: how to see which rules are active",
    listed=False,
)
EXCEPTIONS = Endpoint(
    "exceptions of rules",
    "GET",
    "/phoenix/rest/dataRequest/ruleException",
    "the same place; what the answer looks like is not documented",
    listed=False,
)
ATTRIBUTES = Endpoint(
    "attributes",
    "GET",
    "/phoenix/rest/config/eventAttributeType",
    "a list of 2022 that names it; what the answer looks like is not documented",
    listed=False,
)
ROWS = (
    TOKEN,
    QUERY_V2,
    PROGRESS_V2,
    RESULTS_V2,
    QUERY_V1,
    PROGRESS_V1,
    RESULTS_V1,
    CMDB,
    INCIDENTS,
    INCIDENT_PAGE,
    TABLES,
    NEW_TABLE,
    FILL_TABLE,
    TABLE_TASK,
    RULES,
    EXCEPTIONS,
    ATTRIBUTES,
)
