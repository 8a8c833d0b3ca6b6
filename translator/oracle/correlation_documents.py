"""Which document of a file set a correlation refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from translator.errors import InputError, TranslatorError
from translator.oracle.text import shown

Document = Mapping[str, object]


class Documents:
    """The documents of a file set, found by the name or the id of the rule in them.

    Names are compared exactly, ids without regard to case. Filters are not found: nothing refers to them.

    Raises: InputError (document-malformed) for what is no map.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.all = documents
        self._named: dict[str, set[int]] = {}
        self._identified: dict[str, set[int]] = {}
        for place, document in enumerate(documents):
            if not isinstance(document, Mapping):
                raise InputError(
                    "document-malformed",
                    f"document {place + 1} is of type {type(document).__name__}",
                    hint="a rule is a map",
                )
            if not is_filter(document):
                self._named.setdefault(text_of(document, "name"), set()).add(place)
                self._identified.setdefault(text_of(document, "id").lower(), set()).add(place)

    def find(self, reference: str) -> int:
        """The place of the document that has this name or id.

        Raises: InputError (reference-unknown, reference-ambiguous).
        """
        places = self._named.get(reference, set()) | self._identified.get(reference.lower(), set())
        if len(places) == 1:
            return min(places)
        if places:
            raise InputError(
                "reference-ambiguous",
                f"{len(places)} rules have the name or id {shown(reference)}",
                hint="give each rule a name of its own",
            )
        raise InputError(
            "reference-unknown",
            f"no rule has the name or id {shown(reference)}",
            hint="load the file that defines it together with this one",
        )


def names(reference: str, document: Document) -> bool:
    """Whether the reference, which is not empty, is the name or the id of the rule in the document."""
    return reference == text_of(document, "name") or reference.lower() == text_of(document, "id").lower()


def is_correlation(document: Document) -> bool:
    """Whether the document is a correlation rule."""
    return "correlation" in document


def is_filter(document: Document) -> bool:
    """Whether the document is a filter."""
    return "filter" in document


def title_of(document: Document) -> str:
    """What to call the rule in messages."""
    return next((text for key in ("title", "name", "id") if (text := text_of(document, key))), "untitled")


@contextmanager
def about(document: Document) -> Iterator[None]:
    """Errors from here on begin with the title of the rule that they are about."""
    try:
        yield
    except TranslatorError as error:
        cause = f"{shown(title_of(document))}: {error.cause}"
        raise type(error)(error.code, cause, error.location, error.hint) from None


def text_of(document: Document, key: str) -> str:
    """The text under a key, empty if there is none."""
    value = document.get(key)
    return value if isinstance(value, str) else ""
