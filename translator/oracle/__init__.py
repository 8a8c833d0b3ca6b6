"""An independent reading of the Sigma specification: what a rule says about an event."""

from __future__ import annotations

from translator.oracle.fields import field_view
from translator.oracle.logsource import in_scope
from translator.oracle.match import Matcher, compile_rule
from translator.oracle.view import View

__all__ = ["Matcher", "View", "compile_rule", "field_view", "in_scope"]
