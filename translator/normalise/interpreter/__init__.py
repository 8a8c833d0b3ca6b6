"""FortiSIEM parsers, executed: what a parser of the user's own FortiSIEM makes of a message.

``load_parsers`` reads a file of parsers, ``Parser.parse`` runs one on a message, ``agent_message`` makes the
message of a Windows event. ``docs/parsers.md`` says what is executed, and how sure its meaning is.
"""

from __future__ import annotations

from translator.normalise.interpreter.agent import agent_message
from translator.normalise.interpreter.elements import Unknown
from translator.normalise.interpreter.parser import Parsed, Parser, choose_parser, load_parsers
from translator.normalise.interpreter.scope import Remark

__all__ = ["Parsed", "Parser", "Remark", "Unknown", "agent_message", "choose_parser", "load_parsers"]
