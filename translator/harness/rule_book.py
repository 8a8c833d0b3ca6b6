"""The rules of files and folders, whoever reads a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError
from translator.parse.parsed import ParsedRule
from translator.sources.files import STANDARD_INPUT


@dataclass
class RuleBook:
    """The rules of documents.

    ``unused`` counts by path what they say and the engine does not look at, ``unsuited`` what does not suit
    the types of attributes.
    """

    rules: list[ParsedRule] = field(default_factory=list)
    errors: list[TranslatorError] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)
    unsuited: Counter[str] = field(default_factory=Counter)

    @property
    def warnings(self) -> list[str]:
        """What is open to doubt in the rules, with file and line."""
        return [warning for parsed in self.rules for warning in parsed.warnings]


Reader = Callable[[Path], Iterable[ParsedRule | InputError]]
"""What gives the rules of a document, and what of it cannot be read."""


def read_rules_with(reader: Reader, paths: Sequence[Path]) -> RuleBook:
    """The rules of files and of the ``*.xml`` below directories; what cannot be read gives its error.

    ``reader`` reads a document; how the rules suit the engine is not looked at.
    """
    book = RuleBook()
    for path in paths:
        try:
            for file in _documents(path):
                _read(file, reader, book)
        except TranslatorError as error:
            book.errors.append(error)
    return book


def _documents(path: Path) -> Iterator[Path]:
    if path == STANDARD_INPUT or not path.is_dir():
        yield path
        return
    files = sorted(path.rglob("*.xml"))
    if not files:
        raise InputError("no-rules", "the directory holds no *.xml file", Location(str(path)), "name a file")
    yield from files


def _read(file: Path, reader: Reader, book: RuleBook) -> None:
    before = len(book.rules), len(book.errors)
    try:
        for outcome in reader(file):
            if isinstance(outcome, InputError):
                book.errors.append(outcome)
            else:
                book.rules.append(outcome)
    except TranslatorError as error:
        sigma = file.suffix in (".yml", ".yaml") and not error.hint
        hint = "a Sigma rule is translated first: translate RULE.yml -o RULES.xml" if sigma else error.hint
        book.errors.append(type(error)(error.code, error.cause, error.location, hint))
    if before == (len(book.rules), len(book.errors)):
        book.errors.append(
            InputError("no-rules", "the document holds no rule", Location(str(file)), "check the path")
        )
