"""The reports that go into files, by the flag that asks for them."""

from __future__ import annotations

from collections.abc import Callable

from translator.harness.report.junit import junit
from translator.harness.report.page import page
from translator.harness.report.sarif import sarif
from translator.harness.run import Verification

REPORTS: dict[str, Callable[[Verification, str], str]] = {"html": page, "junit": junit, "sarif": sarif}
"""Each gives the whole text; its second argument says in words what the rules are."""
