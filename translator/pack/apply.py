"""An override on a rule."""

from __future__ import annotations

from dataclasses import replace

from translator.dialect.profile import Dialect
from translator.errors import InputError
from translator.lowering.metadata import (
    HOST,
    allowed,
    incident_attributes,
    incident_title,
    trigger_attributes,
)
from translator.model.expr import And
from translator.model.normal import flatten
from translator.model.rule import Rule
from translator.pack.exempt import check_attributes, without
from translator.pack.overrides import Exempt, Override, Overrides
from translator.taxonomy.document import Keys
from translator.taxonomy.lookup import Taxonomy


def apply(rule: Rule, id_: str, overrides: Overrides, taxonomy: Taxonomy, dialect: Dialect) -> Rule:
    """The rule as the site wants it; the same rule where no override is for it.

    Raises: InputError(overrides-invalid) with file, line and key where the override does not fit the rule.
    """
    override = overrides.by_id.get(id_)
    if override is None:
        return rule
    return _Applied(id_, overrides, taxonomy, dialect).to(rule, override)


class _Applied:
    """Errors on the way get the place of their key."""

    def __init__(self, id_: str, overrides: Overrides, taxonomy: Taxonomy, dialect: Dialect) -> None:
        self._id = id_
        self._overrides = overrides
        self._taxonomy = taxonomy
        self._dialect = dialect

    def to(self, rule: Rule, override: Override) -> Rule:
        if override.title is not None:
            rule = self._titled(rule, override.title)
        if override.severity is not None:
            rule = replace(rule, incident=replace(rule.incident, severity=override.severity))
        if isinstance(override.window, int):
            rule = replace(rule, window=override.window)
        if override.group_by is not None:
            rule = self._grouped(rule, override.group_by)
        if override.incident_attributes is not None:
            rule = self._carrying(rule, override.incident_attributes)
        for number, exempt in enumerate(override.exceptions):
            rule = self._without(rule, exempt, ("exceptions", number))
        return replace(
            rule,
            active=rule.active and not override.disabled,
            origin=replace(rule.origin, kept=override.keep),
        )

    def _error(self, cause: str, *keys: str | int) -> InputError:
        return self._overrides.error(self._id, cause, keys)

    def _titled(self, rule: Rule, title: str) -> Rule:
        """The title goes where Sigma's stands: behind the prefix and the product."""
        words = allowed(title, self._dialect.characters("name"))
        if not words:
            raise self._error("nothing of the title can be in the name of a rule", "title")
        head, separator, _ = rule.name.partition(": ")
        name = f"{head}{separator}{words}" if separator else words
        old, new = (allowed(each, self._dialect.characters("title")) for each in (rule.name, name))
        return replace(rule, name=name, title=new + rule.title.removeprefix(old))

    def _grouped(self, rule: Rule, names: tuple[str, ...]) -> Rule:
        self._must_know(names, "group_by")
        if len(rule.sub_patterns) > 1:
            cause = "the rule joins sub-patterns by what they are grouped by, so that cannot be changed"
            raise self._error(cause, "group_by")
        grouped = tuple(dict.fromkeys(names))
        (pattern,) = rule.sub_patterns
        return replace(
            rule,
            title=incident_title(rule.name, self._dialect, HOST if HOST in grouped else grouped[0]),
            sub_patterns=(replace(pattern, group_by=grouped),),
            incident=replace(rule.incident, attributes=incident_attributes(grouped)),
            trigger_attributes=trigger_attributes(grouped),
        )

    def _carrying(self, rule: Rule, names: tuple[str, ...]) -> Rule:
        self._must_know(names, "incident_attributes")
        found = []
        for name in dict.fromkeys(names):
            pattern = next((each for each in rule.sub_patterns if name in each.group_by), None)
            if pattern is None:
                cause = (
                    f"matches are not grouped by '{name}', so incidents cannot carry it; add it to group_by"
                )
                raise self._error(cause, "incident_attributes")
            (attribute,) = incident_attributes((name,))
            found.append(replace(attribute, sub_pattern=pattern.name))
        subject = next((each for each in names if f"${each}" in rule.title.split()), names[0])
        title = (
            rule.title if f"${subject}" in rule.title else incident_title(rule.name, self._dialect, subject)
        )
        return replace(rule, title=title, incident=replace(rule.incident, attributes=tuple(found)))

    def _without(self, rule: Rule, exempt: Exempt, keys: Keys) -> Rule:
        patterns = [each.name for each in rule.sub_patterns]
        if exempt.sub_pattern and exempt.sub_pattern not in patterns:
            cause = f"the rule has no sub-pattern '{exempt.sub_pattern[:60]}'; it has {', '.join(patterns)}"
            raise self._error(cause, *keys, "sub_pattern")
        try:
            condition = without(exempt, self._taxonomy)
        except InputError as error:
            word = "where" if exempt.where else "values" if exempt.values else "lookup"
            raise self._error(error.cause, *keys, word) from error
        return replace(
            rule,
            sub_patterns=tuple(
                replace(each, filter=flatten(And((each.filter, condition))))
                if exempt.sub_pattern in ("", each.name)
                else each
                for each in rule.sub_patterns
            ),
        )

    def _must_know(self, names: tuple[str, ...], key: str) -> None:
        try:
            check_attributes(names, self._taxonomy)
        except InputError as error:
            raise self._error(error.cause, key) from error
