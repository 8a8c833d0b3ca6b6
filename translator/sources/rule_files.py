"""Rule files: which documents are rules, and what in other files of the run belongs to them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from translator.errors import TranslatorError
from translator.sources.aggregation import has_aggregation, read_aggregation
from translator.sources.correlation import read_correlation
from translator.sources.documents import MAX_BYTES, Document, read_yaml_file
from translator.sources.files import STANDARD_INPUT, read_bytes
from translator.sources.filters import check_filter, filtered
from translator.sources.linked import NOTHING, Shared, concerns_others
from translator.sources.pinpoint import pinpoint
from translator.sources.references import candidates, names_rule
from translator.sources.sections import Section, read_section
from translator.sources.sigma import RuleSource, read_rule

_NAMED = rb"""\b(?:name|id)["']?\s*:\s*["']?(?:%s)"""


_Place = tuple[str, int]


def find_shared(files: Iterable[Path]) -> Shared:
    """What the files say about rules of each other. Files that cannot be read are left out here.

    Standard input can be read only once, so it is a world of its own.
    """
    contents = {file: _content(file) for file in files if file != STANDARD_INPUT}
    found = {file: _documents(file) for file, content in contents.items() if concerns_others(content)}
    found = {file: each for file, each in found.items() if any(map(_concerns_others, each))}
    wanted = {reference for each in found.values() for reference in _references(each)}
    known = [document for each in found.values() for document in each]
    missing = [name for name in wanted if not any(names_rule(name, each.content) for each in known)]
    if missing:
        pattern = re.compile(_NAMED % b"|".join(map(_spelled, missing)), re.IGNORECASE)
        more = (file for file, content in contents.items() if file not in found and pattern.search(content))
        for file in more:
            known += [
                each for each in _documents(file) if any(names_rule(name, each.content) for name in missing)
            ]
    return shared_of(known)


def shared_of(documents: Sequence[Document]) -> Shared:
    """The same for documents that were read."""
    if not any(map(_concerns_others, documents)):
        return NOTHING
    members: dict[_Place, set[_Place]] = {}
    generated: set[_Place] = set()
    for document in documents:
        section = _section(document)
        if section is not None:
            found = [candidates(name, documents, document.location) for name in section.rules]
            members[_place(document)] = {_place(each) for named in found for each in named}
            generated |= members[_place(document)] if section.generate else set()
    filters = tuple(each for each in documents if "filter" in each.content)
    return Shared(
        tuple(each for each in documents if "filter" not in each.content),
        filters,
        frozenset(_used(members) - generated),
    )


def _used(members: Mapping[_Place, set[_Place]]) -> set[_Place]:
    """What correlations use, from those on that no other one uses.

    So correlations in a circle are not among it, and their error shows.
    """
    used: set[_Place] = set()
    pending = [members.keys() - {place for places in members.values() for place in places}]
    while pending:
        for place in pending.pop():
            new = members.get(place, set()) - used
            used |= new
            pending.append(new)
    return used


def _place(document: Document) -> _Place:
    return document.location.path, document.index


def rule_sources(
    documents: Iterable[Document], shared: Shared | None = None
) -> Iterator[RuleSource | TranslatorError]:
    """The rules of one file, in order; a document that is none gives the error instead.

    ``shared`` says what other files add; without it the file is taken alone.
    """
    whole = list(whole_documents(documents))
    if shared is None:
        shared = shared_of(whole)
    for document in whole:
        try:
            if "filter" in document.content:
                check_filter(document)
            elif _place(document) not in shared.parts:
                yield _read(document, shared)
        except TranslatorError as error:
            yield pinpoint(error, document)


def _read(document: Document, shared: Shared) -> RuleSource:
    if "correlation" in document.content:
        return read_correlation(document, shared.rules, shared.filters)
    if has_aggregation(document.content):
        return read_aggregation(document)
    return filtered(read_rule(document.content, document.location, document.index), shared.filters)


def whole_documents(documents: Iterable[Document]) -> Iterator[Document]:
    """``action: global`` documents are merged into the following ones, as older rule files expect."""
    common: dict[str, Any] = {}
    for document in documents:
        content = document.content
        action = content.get("action")
        if action == "global":
            common = {key: value for key, value in content.items() if key != "action"}
        elif action == "reset":
            common = {}
        elif common:
            yield replace(document, content=_merged(common, content))
        else:
            yield document


def _merged(common: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    result = copy.copy(dict(common))
    for key, value in content.items():
        old = result.get(key)
        result[key] = {**old, **value} if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def _concerns_others(document: Document) -> bool:
    return "correlation" in document.content or "filter" in document.content


def _references(documents: Sequence[Document]) -> Iterator[str]:
    for document in documents:
        section = _section(document)
        if section is not None:
            yield from section.rules


def _section(document: Document) -> Section | None:
    """The section of a correlation that is well formed; what is wrong is said where it is read as a rule."""
    if "correlation" not in document.content:
        return None
    try:
        return read_section(document.content)
    except TranslatorError:
        return None


def _spelled(name: str) -> bytes:
    return re.escape(name.encode("utf-8", "surrogatepass"))


def _content(file: Path) -> bytes:
    try:
        return read_bytes(file, MAX_BYTES)
    except TranslatorError:
        return b""


def _documents(file: Path) -> list[Document]:
    try:
        return list(whole_documents(read_yaml_file(file)))
    except TranslatorError:
        return []
