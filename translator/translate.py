"""The whole way of one rule: from a Sigma document to a checked FortiSIEM rule with its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from translator.dialect.limits import exceeded
from translator.dialect.profile import Dialect
from translator.errors import Location, Refused, TranslatorError
from translator.lowering.context import Leaf
from translator.lowering.lower import Lowered, lower
from translator.lowering.metadata import under_names
from translator.lowering.names import Names
from translator.model.check import problems
from translator.model.rule import Rule
from translator.notes import CATALOGUE, Effect, Note
from translator.options import Options as Options  # part of what this module offers
from translator.render.registry import Page, formats
from translator.render.roundtrip import prove_round_trip
from translator.sources.documents import read_yaml_file
from translator.sources.files import STANDARD_INPUT, find_rule_files
from translator.sources.linked import Shared
from translator.sources.rule_files import find_shared, rule_sources
from translator.sources.sigma import RuleSource
from translator.taxonomy.attack import AttackTags, from_tags

RULE_FORMAT = "rule-xml"


@dataclass(frozen=True)
class Translation:
    """One condition of one Sigma rule: the FortiSIEM rule, or the notes that say why there is none.

    ``suffix`` is what tells the rule from another one of the same title.
    """

    source: RuleSource
    index: int
    rule: Rule | None
    notes: tuple[Note, ...]
    leaves: tuple[Leaf, ...]
    attack: AttackTags
    link: str
    suffix: str

    @property
    def location(self) -> Location:
        """Where the Sigma rule begins."""
        return self.source.location

    @property
    def id(self) -> str:
        """The id of the Sigma rule, empty where it has none."""
        return str(self.source.sigma.id or "")

    @property
    def title(self) -> str:
        """The title of the Sigma rule."""
        return self.source.sigma.title

    @property
    def page(self) -> Page:
        """What renderers need. Only for a translation that has a rule."""
        if self.rule is None:
            raise ValueError("a refused rule has nothing to render")
        return Page(self.rule, self.attack, self.link, self.notes)

    @property
    def refusals(self) -> tuple[Note, ...]:
        """The notes that say why there is no rule."""
        return tuple(note for note in self.notes if note.effect is Effect.REFUSED)


def load(paths: Iterable[Path | str], shared: Shared | None = None) -> Iterator[RuleSource | TranslatorError]:
    """The Sigma rules of files and directories, in a fixed order; what cannot be read gives its error.

    Correlations and filters may stand in another file than the rules that they name, among these paths, or in
    what ``shared`` says of the files of a larger run. Rules that only correlations use are left out.
    """
    found: list[Path | TranslatorError] = []
    for path in paths:
        try:
            found += find_rule_files([path])
        except TranslatorError as error:
            found.append(error)
    if shared is None:
        shared = find_shared(file for file in found if isinstance(file, Path))
    for file in found:
        if isinstance(file, TranslatorError):
            yield file
            continue
        try:
            yield from rule_sources(read_yaml_file(file), None if file == STANDARD_INPUT else shared)
        except TranslatorError as error:
            yield error


def translate(
    source: RuleSource, options: Options | None = None, names: Names | None = None
) -> tuple[Translation, ...]:
    """One Sigma rule to a FortiSIEM rule for each of its conditions, or the reasons why not.

    ``names`` is shared by the rules of one run, so that no two get the same name.
    """
    options, names = options or Options(), names or Names()
    return tuple(_named(each, options, names) for each in translate_alone(source, options))


def translate_alone(source: RuleSource, options: Options) -> tuple[Translation, ...]:
    """The same without regard to the other rules of the run, one of which may have the same name."""
    return tuple(proved(written(draft, options), options) for draft in drafts(source, options))


def distinct(rule: Rule, names: tuple[str, str], dialect: Dialect) -> Rule:
    """The rule under these names of its own and of its event type, and proved again."""
    renamed = under_names(rule, *names, dialect)
    prove_round_trip(renamed, render([Page(renamed, from_tags(()))]))
    return renamed


def _named(translation: Translation, options: Options, names: Names) -> Translation:
    """The translation under names that no other rule of the run has."""
    rule = translation.rule
    if rule is None:
        return translation
    wanted = (rule.name, rule.incident.event_type)
    unique = names.pair(*wanted, translation.suffix)
    if unique == wanted:
        return translation
    return replace(translation, rule=distinct(rule, unique, options.settings.emission.dialect))


@dataclass(frozen=True)
class Draft:
    """One condition on its way to a translation. ``text`` is the document of its rule, once it is written."""

    source: RuleSource
    index: int
    lowered: Lowered
    notes: tuple[Note, ...]
    text: str = ""


def drafts(source: RuleSource, options: Options) -> list[Draft]:
    """The first step: each condition of a rule lowered."""
    indices = range(len(source.sigma.detection.condition))
    found = [lower(source, index, options.settings) for index in indices]
    return [Draft(source, index, each, each.notes) for index, each in enumerate(found)]


def written(draft: Draft, options: Options) -> Draft:
    """The second step: the rule checked and written, or the reason why there is no text for it."""
    lowered = draft.lowered
    if lowered.rule is None:
        return draft
    _must_be_sound(lowered.rule)
    notes = (*draft.notes, *exceeded(lowered.rule, options.settings.emission.dialect))
    try:
        text = render([Page(lowered.rule, lowered.attack, lowered.link, notes)])
    except Refused as refusal:
        refused = Note(CATALOGUE[refusal.code], refusal.cause, Effect.REFUSED)
        return replace(draft, notes=(*notes, refused))
    return replace(draft, notes=notes, text=text)


def proved(draft: Draft, options: Options) -> Translation:
    """The last step: the rule read back from its document, and what the notes come to."""
    source, lowered, notes = draft.source, draft.lowered, draft.notes
    rule = lowered.rule
    if rule is not None and draft.text:
        prove_round_trip(rule, draft.text)
    if options.strict:
        notes = tuple(
            note if note.effect is Effect.INFO else replace(note, effect=Effect.REFUSED) for note in notes
        )
    if any(note.effect is Effect.REFUSED for note in notes):
        rule = None
    located = tuple(Note(each.code, each.text, each.effect, each.field, source.location) for each in notes)
    return Translation(
        source, draft.index, rule, located, lowered.leaves, lowered.attack, lowered.link, lowered.suffix
    )


def _must_be_sound(rule: Rule) -> None:
    """A rule that lowering made unsound is our defect, not the user's."""
    found = list(problems(rule))
    if found:
        raise AssertionError(f"{rule.name}: {'; '.join(found)}")


def render(pages: Iterable[Page], format_name: str = RULE_FORMAT) -> str:
    """Rules as one text in a format of :mod:`translator.render`."""
    return formats()[format_name].render(tuple(pages))
