"""Which question is answered how: one row for each method and path of the public API that is played.

Paths and shapes are those of the OpenAPI files of 7.5.1, except where a row says that they are not
documented: then the path is known and the shape is invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.standin import content, lookups, queries

if TYPE_CHECKING:
    from tests.standin.server import StandIn

Answer = tuple[int, bytes, str]
PLAIN = "text/plain"
NOT_FOUND: Answer = (404, b"", PLAIN)


@dataclass
class Asked:
    """One request. ``everywhere``: who asks is of the super organisation, which sees all others."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    kind: str
    everywhere: bool = False

    def number(self, name: str, default: int) -> int:
        """A parameter of the address."""
        return int(self.query[name][0]) if name in self.query else default


Route = Callable[[Asked, "StandIn", tuple[str, ...]], Answer]
_ROUTES: dict[str, Route] = {
    r"POST /phoenix/rest/pub/v2/query/eventQuery": queries.submit,
    r"GET /phoenix/rest/pub/v2/query/progress": queries.progress,
    r"GET /phoenix/rest/pub/v2/query/events/results": queries.results,
    r"POST /phoenix/rest/query/eventQuery": queries.submit_xml,
    r"GET /phoenix/rest/query/progress/([^/]+)": queries.progress_xml,
    r"GET /phoenix/rest/query/events/([^/]+)/(\d+)/(\d+)": queries.results_xml,
    r"GET /phoenix/rest/query/cmdb/schema": content.schema,
    r"POST /phoenix/rest/query/cmdb": content.cmdb,
    r"POST /phoenix/rest/pub/incident": content.incidents,
    r"GET /phoenix/rest/pub/incident/(\w+)/(\d+)": content.more_incidents,
    r"GET /phoenix/rest/pub/lookupTable": lookups.listed,
    r"POST /phoenix/rest/pub/lookupTable": lookups.create,
    r"DELETE /phoenix/rest/pub/lookupTable/(\d+)": lookups.delete,
    r"POST /phoenix/rest/pub/lookupTable/(\d+)/import": lookups.fill,
    r"GET /phoenix/rest/pub/lookupTable/(\d+)/task/(\d+)": lookups.task,
    r"GET /phoenix/rest/pub/lookupTable/(\d+)/data": lookups.rows,
    r"PUT /phoenix/rest/pub/lookupTable/(\d+)/data": lookups.put,
    r"PUT /phoenix/rest/pub/lookupTable/(\d+)/data/delete": lookups.remove,
    r"GET /phoenix/rest/system/health/summary": content.health,
    # Not documented, or not as part of the API:
    r"GET /phoenix/rest/dataRequest/rule": content.rules,
    r"GET /phoenix/rest/dataRequest/ruleException": content.exceptions,
    r"GET /phoenix/rest/config/eventAttributeType": content.attributes,
}


def answer_of(asked: Asked, standin: StandIn) -> Answer:
    """The right answer, or 404; 405 where the path is there under another method."""
    known = False
    for pattern, route in _ROUTES.items():
        method, _, path = pattern.partition(" ")
        found = re.fullmatch(path, asked.path)
        if found and method == asked.method:
            return route(asked, standin, found.groups())
        known = known or found is not None
    return (405, b"", PLAIN) if known else NOT_FOUND
