"""Rules that someone else translated: which Sigma rule each of them stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError
from translator.model.rule import Rule
from translator.parse.rule_xml import read_rules
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import read_bytes
from translator.sources.sigma import RuleSource

_WORD = re.compile(r"[a-z0-9]+")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Pack:
    """The rules of a document, known by the Sigma ids, file names and titles that they name."""

    rules: tuple[Rule, ...]
    _by_id: dict[str, list[int]]
    _by_file: dict[str, list[int]]
    _by_title: dict[tuple[str, ...], list[int]]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Pack:
        """The rules, found by their names."""
        pack = cls(tuple(rules), {}, {}, {})
        for place, rule in enumerate(rules):
            for found in dict.fromkeys(_ID.findall(f"{rule.description} {rule.name}".lower())):
                pack._by_id.setdefault(found, []).append(place)
            if rule.origin.file_name:
                pack._by_file.setdefault(Path(rule.origin.file_name).name, []).append(place)
            for words in _titles(rule):
                pack._by_title.setdefault(words, []).append(place)
        return pack

    def places_of(self, source: RuleSource) -> tuple[int, ...]:
        """Which rules stand for a Sigma rule: those that name its id, else its file, else its title."""
        sigma = source.sigma
        found = (
            self._by_id.get(str(sigma.id or "").lower()),
            self._by_file.get(Path(source.location.path).name),
            self._by_title.get(_words(sigma.title)),
        )
        return tuple(next(filter(None, found), ()))


def _titles(rule: Rule) -> Iterator[tuple[str, ...]]:
    """The words of what may be a title: the name, the name after a heading such as "Windows:", the title."""
    _, _, after = rule.name.partition(":")
    yield from dict.fromkeys(filter(None, map(_words, (rule.name, after, rule.title))))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def read_pack(path: Path, failed: list[TranslatorError]) -> Pack:
    """The rules of a document; what cannot be read gives its error.

    Raises: InputError as :func:`translator.parse.rule_xml.read_rules`; InputError(no-rules).
    """
    rules: list[Rule] = []
    for outcome in read_rules(read_bytes(path, MAX_BYTES), str(path)):
        if isinstance(outcome, InputError):
            failed.append(outcome)
        else:
            rules.append(outcome.rule)
    if not rules and not failed:
        raise InputError("no-rules", "the document holds no rule", Location(str(path)), "check the path")
    return Pack.of(rules)


def unmatched(pack: Pack, matched: Iterable[int]) -> list[str]:
    """The names of the rules that stand for no Sigma rule of the run."""
    known = set(matched)
    return [rule.name for place, rule in enumerate(pack.rules) if place not in known]
