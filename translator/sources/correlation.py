"""Correlation rules together with the rules that they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from translator.errors import InputError, TranslatorError
from translator.sources.documents import Document
from translator.sources.filters import filtered
from translator.sources.references import find_rule, names_rule
from translator.sources.sections import Section, read_section
from translator.sources.sigma import RuleSource, read_rule

MAX_CHAIN = 10
"""Correlations of correlations of correlations ..."""

_NOT_OF_A_RULE = frozenset({"correlation", "generate", "detection", "logsource"})


@dataclass(frozen=True, kw_only=True)
class CorrelationSource(RuleSource):
    """A correlation rule. ``members`` are the rules of its section, in their order, filters added.

    ``sigma`` carries what is said about the rule (title, tags, level ...) in the log source of its first
    member; its detection has no meaning. ``written_as`` is the deprecated form that the rule is written in.
    """

    section: Section
    members: tuple[RuleSource, ...]
    written_as: str = ""

    def place_of(self, reference: str) -> int:
        """The member that a reference of the condition names.

        Raises: InputError(rule-invalid).
        """
        for place, (name, member) in enumerate(zip(self.section.rules, self.members, strict=True)):
            if reference == name or names_rule(reference, member.document):
                return place
        raise InputError(
            "rule-invalid", f"'rules' does not list '{reference[:80]}'", hint="add it to 'rules'"
        )

    def field_of(self, name: str, place: int) -> str:
        """The field of a member that a name of the correlation stands for."""
        content = self.members[place].document
        names = (self.section.rules[place], str(content.get("name") or ""), str(content.get("id") or ""))
        return self.section.field(name, names)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of its detection rules."""
        return tuple(dict.fromkeys(field for each in self.detections for field in each.fields))

    @property
    def detections(self) -> Iterator[RuleSource]:
        """The detection rules in it, those of inner correlations too."""
        for member in self.members:
            if isinstance(member, CorrelationSource):
                yield from member.detections
            else:
                yield member

    @property
    def documents(self) -> tuple[Mapping[str, Any], ...]:
        """Itself first, then all that it refers to, then filters: the file set that gives it its meaning."""
        found: dict[int, Mapping[str, Any]] = {}
        filters: dict[int, Mapping[str, Any]] = {}
        pending: list[RuleSource] = [self]
        while pending:
            source = pending.pop(0)
            found.setdefault(id(source.document), source.document)
            filters.update((id(each), each) for each in source.filters)
            if isinstance(source, CorrelationSource):
                pending += source.members
        return (*found.values(), *filters.values())


def read_correlation(
    document: Document, others: Sequence[Document], filters: Sequence[Document] = (), depth: int = 0
) -> CorrelationSource:
    """A correlation rule whose references are among ``others``.

    Raises: InputError(rule-invalid); Refused(correlation-type); as ``read_rule`` for the rules in it.
    """
    if depth >= MAX_CHAIN:
        raise InputError(
            "rule-invalid",
            f"a chain of {MAX_CHAIN} correlations, or a circle",
            document.location,
            "let no correlation refer to itself",
        )
    try:
        section = read_section(document.content)
        found = [find_rule(reference, others, document.location) for reference in section.rules]
        if len({(each.location, each.index) for each in found}) < len(found):
            raise InputError("rule-invalid", "'rules' lists a rule twice", hint="list each once")
        members = tuple(_member(each, others, filters, depth) for each in found)
        source = assemble(document, section, members)
        if section.joined is not None:
            used = {source.place_of(name) for name in section.joined.names}
            left = next((name for place, name in enumerate(section.rules) if place not in used), None)
            if left is not None:
                raise InputError("rule-invalid", f"the condition leaves out '{left[:80]}'", hint="use it")
    except TranslatorError as error:
        raise error.at(document.location) from error
    return source


def _member(
    document: Document, others: Sequence[Document], filters: Sequence[Document], depth: int
) -> RuleSource:
    if "correlation" in document.content:
        return read_correlation(document, others, filters, depth + 1)
    try:
        return filtered(read_rule(document.content, document.location, document.index), filters)
    except TranslatorError as error:
        raise error.at(document.location) from error


def assemble(
    document: Document, section: Section, members: tuple[RuleSource, ...], written_as: str = ""
) -> CorrelationSource:
    """The correlation of these members.

    Raises: InputError(rule-invalid) where what it says about itself is malformed.
    """
    first = members[0]
    while isinstance(first, CorrelationSource):
        first = first.members[0]
    about = {key: value for key, value in document.content.items() if key not in _NOT_OF_A_RULE}
    about["logsource"] = first.document["logsource"]
    about["detection"] = {"any": {"correlation": 1}, "condition": "any"}
    own = read_rule(about, document.location, document.index)
    return CorrelationSource(
        document=document.content,
        sigma=own.sigma,
        conditions=own.conditions,
        location=document.location,
        index=document.index,
        deviations=tuple(dict.fromkeys(words for each in members for words in each.deviations)),
        section=section,
        members=members,
        written_as=written_as,
    )
