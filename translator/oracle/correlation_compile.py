"""From the documents of a file set to correlations that can be run."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from functools import partial

from translator.errors import InputError
from translator.oracle.condition import condition_test
from translator.oracle.correlation_condition import Joined, Threshold
from translator.oracle.correlation_documents import Document, Documents, about, is_correlation, title_of
from translator.oracle.correlation_filters import Filters
from translator.oracle.correlation_measures import Joint, Measure
from translator.oracle.correlation_section import Section, read_section
from translator.oracle.correlation_stream import Detection, Place, Plan
from translator.oracle.items import Placeholders
from translator.oracle.joins import any_of
from translator.oracle.match import compile_rule
from translator.oracle.text import shown

MAX_CHAIN = 50
"""Correlations of correlations of correlations ..."""


class Compiler:
    """Compiles each document of a file set at most once, and no detection rule that no correlation needs.

    Raises: InputError (document-malformed, filter-malformed).
    """

    def __init__(self, documents: Sequence[Document], placeholders: Placeholders) -> None:
        self.documents = Documents(documents)
        self._placeholders = placeholders
        self._filters = Filters(documents, placeholders)
        self._sections: dict[int, Section] = {}
        self._compiled: dict[int, Detection | Plan] = {}
        self._pending: list[int] = []
        self._depths: dict[int, int] = {}

    def section(self, place: int) -> Section:
        """What the correlation rule at this place of the file set says.

        Raises: InputError, Refused, see `read_section`.
        """
        if place not in self._sections:
            document = self.documents.all[place]
            with about(document):
                self._sections[place] = read_section(document)
        return self._sections[place]

    def rules(self, place: int) -> tuple[int, ...]:
        """The places of the rules that the correlation rule at this place refers to.

        Raises: InputError (reference-unknown, reference-ambiguous, rules-malformed).
        """
        section = self.section(place)
        with about(self.documents.all[place]):
            rules = tuple(map(self.documents.find, section.rules))
            if len(set(rules)) < len(rules):
                raise InputError("rules-malformed", "a rule is listed twice", hint="list each rule once")
        return rules

    def plan(self, place: int) -> Plan:
        """The correlation rule at this place, compiled.

        Raises: InputError, Refused, also for rules that it refers to; reference-cycle, chain-too-deep.
        """
        compiled = self._compiled.get(place)
        if isinstance(compiled, Plan):
            return compiled
        document = self.documents.all[place]
        section, rules = self.section(place), self.rules(place)
        with about(document):
            self._check_chain(place)
            aliases = self._aliases(section, rules)
            threshold, measure = self._measured(section, rules)
        self._pending.append(place)
        try:
            parts = [self._part(rule) for rule in rules]
        finally:
            self._pending.pop()
        depth = self._depths[place] = 1 + max(self._depths.get(rule, 0) for rule in rules)
        with about(document):
            _check_depth(depth)
        plan = self._compiled[place] = Plan(
            tuple(
                Place(
                    part,
                    tuple(aliases[rule].get(name, name) for name in section.group_by),
                    tuple(aliases[rule].get(name, name) for name in threshold.fields),
                )
                for rule, part in zip(rules, parts, strict=True)
            ),
            section.group_by,
            section.span,
            section.kind.read,
            measure,
            threshold,
        )
        return plan

    def _check_chain(self, place: int) -> None:
        if place in self._pending:
            chain = [*self._pending[self._pending.index(place) :], place]
            titles = [title_of(self.documents.all[one]) for one in chain]
            raise InputError(
                "reference-cycle", f"correlations refer in a circle: {shown(titles)}", hint="break it"
            )
        _check_depth(len(self._pending) + 1)

    def _part(self, place: int) -> Detection | Plan:
        document = self.documents.all[place]
        if is_correlation(document):
            return self.plan(place)
        if place not in self._compiled:
            with about(document):
                matchers = compile_rule(document, self._placeholders)
                test = any_of([matcher.test for matcher in matchers])
            self._compiled[place] = Detection(matchers[0].logsource, self._filters.added_to(document, test))
        return self._compiled[place]

    def _aliases(self, section: Section, rules: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        """For each rule, the fields that stand for aliases in its events."""
        fields: dict[int, dict[str, str]] = {rule: {} for rule in rules}
        for alias, named in section.aliases.items():
            for reference, field in named.items():
                rule = self.documents.find(reference)
                if rule not in fields:
                    raise InputError(
                        "aliases-malformed",
                        f"{shown(alias)} is an alias for {shown(reference)}, which `rules` does not list",
                        hint="name a rule of this correlation",
                    )
                fields[rule][alias] = field
        return fields

    def _measured(self, section: Section, rules: Sequence[int]) -> tuple[Threshold, Callable[[], Measure]]:
        """What is compared, and what it is compared with."""
        condition = section.condition
        threshold = condition if isinstance(condition, Threshold) else Threshold((("gte", len(rules)),))
        if isinstance(condition, Joined):
            test = self._joint(condition, rules)
            if not condition.conjunction:
                return Threshold((("gte", 1),)), partial(Joint, test)
        return threshold, partial(section.kind.measure, len(rules), threshold.percentile or Fraction(0))

    def _joint(self, condition: Joined, rules: Sequence[int]) -> Callable[[Container[int]], bool]:
        """The condition over rules as a test on the numbers of those that are met."""
        numbers = {name: self.documents.find(name) for name in condition.names}
        for name, rule in numbers.items():
            if rule not in rules:
                raise InputError(
                    "condition-malformed", f"`rules` does not list {shown(name)}", hint="add it to `rules`"
                )
        for rule in rules:
            if rule not in numbers.values():
                title = title_of(self.documents.all[rule])
                raise InputError(
                    "condition-malformed",
                    f"the condition leaves out {shown(title)}",
                    hint="use it, or do not list it",
                )
        return condition_test(
            condition.text, {name: _contains(rules.index(rule)) for name, rule in numbers.items()}
        )


def _check_depth(depth: int) -> None:
    if depth > MAX_CHAIN:
        raise InputError(
            "chain-too-deep", f"a chain of more than {MAX_CHAIN} correlations", hint="merge some of them"
        )


def _contains(number: int) -> Callable[[Container[int]], bool]:
    return lambda met: number in met
