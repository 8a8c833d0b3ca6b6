"""FortiSIEM parsers, executed: what a parser of the user's own FortiSIEM makes of a message."""

from __future__ import annotations

from translator.normalise.interpreter.elements import Unknown
from translator.normalise.interpreter.parser import Parsed, Parser, choose_parser, load_parsers
from translator.normalise.interpreter.scope import Remark

__all__ = ["Parsed", "Parser", "Remark", "Unknown", "choose_parser", "load_parsers"]
