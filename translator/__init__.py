"""Translate Sigma rules to FortiSIEM correlation rules, and prove that they fire on the same events.

>>> from translator import load, parse, render, translate
>>> (source,) = load(["sigma_rules/net_discovery.yml"])
>>> (translation,) = translate(source)
>>> translation.rule.name
'Windows: Share Discovery With Net'
>>> text = render([translation.page])
>>> (parsed,) = parse(text.encode())
>>> parsed.rule == translation.rule
True

``load`` finds and reads Sigma rules; what cannot be read comes as its error. ``translate`` gives one
:class:`Translation` for each condition of a rule: the FortiSIEM rule, or the notes that say why there is
none. ``render`` writes rules in a format, ``parse`` reads rule XML back, ``replay`` runs rules over a stream
of events, and ``verify`` compares the verdicts of Sigma rules with those of their translations.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from translator.engine.firings import Firing
    from translator.engine.values import Event
    from translator.errors import TranslatorError
    from translator.harness.compare import compare as verify
    from translator.model.rule import Rule
    from translator.options import Options
    from translator.parse.rule_xml import parse_rules as parse
    from translator.translate import Translation, load, render, translate

__all__ = [
    "Options",
    "Translation",
    "TranslatorError",
    "load",
    "parse",
    "render",
    "replay",
    "translate",
    "verify",
]

__version__ = "0.1.0"

_HOMES = {
    "Options": "translator.options:Options",
    "Translation": "translator.translate:Translation",
    "TranslatorError": "translator.errors:TranslatorError",
    "load": "translator.translate:load",
    "parse": "translator.parse.rule_xml:parse_rules",
    "render": "translator.translate:render",
    "translate": "translator.translate:translate",
    "verify": "translator.harness.compare:compare",
}
"""Where each public name lives; loaded when it is asked for, because few programs need all of them."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


class _Package(ModuleType):
    """Keeps public names what they are: a module of the same name does not take the place of a function."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def replay(
    rules: Sequence[Rule], events: Iterable[tuple[float, Event]], profile: str = "default"
) -> Iterator[Firing]:
    """What fires when the events, flat maps of FortiSIEM attributes, come at these times, in seconds.

    Times must not fall. :class:`translator.engine.replay.Replay` also says what could not be told.
    """
    from translator.dialect.profile import load_profile
    from translator.engine.replay import Replay

    return Replay(rules, load_profile(profile)).run(events)
