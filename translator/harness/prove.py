"""One rule file to its proofs: each rule translated, and both readings asked about every event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from translator.engine.context import Context
from translator.errors import Refused, TranslatorError
from translator.harness.compare import from_xml, group_context, sigma_sides
from translator.harness.correlated import tried_stream
from translator.harness.described import about, described, mapped
from translator.harness.events import EventViews, known_log_source, otherwise_written, views
from translator.harness.given import Given
from translator.harness.judge import Judge
from translator.harness.mutation import mutation_score
from translator.harness.others import Pack
from translator.harness.proof import GIVEN, STRANGER, Mapped, Mutants, Proof, Trial
from translator.harness.strangers import pins_event_types, siblings, strangers
from translator.model.rule import Rule
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import read_documents
from translator.sources.linked import Shared
from translator.sources.rule_files import rule_sources
from translator.sources.sigma import RuleSource
from translator.translate import Translation, translate_alone
from translator.witness import RawForm, Witness, Witnesses, judge_of, raw_event, witnesses

Task = tuple[Path, bytes]
"""A rule file and what it holds."""
UNMATCHED = "not matched"
MOST = 64
"""Witnesses of one rule, unless another number is asked for."""
MOST_FOR_MUTATION = 5_000
"""The same where faults are counted, which need an event for each value of a rule."""


@dataclass(frozen=True)
class Trials:
    """What every rule is tried with.

    ``most``: witnesses of each rule, 0 for none. ``pack``: rules to try in the place of our translations.
    ``mutation``: also count which faults the events find. ``paste``: keep messages as collected.
    """

    options: Options
    profile: str
    given: tuple[Given, ...] = ()
    most: int = 0
    seed: int = 0
    pack: Pack | None = None
    mutation: bool = False
    paste: bool = False

    @cached_property
    def context(self) -> Context:
        """Groups with the values of the placeholders that they stand for."""
        return group_context(self.options.groups, self.options.placeholders)


@dataclass(frozen=True)
class _Subject:
    """Conditions of a Sigma rule, and the witnesses of each.

    ``pinned``: the event type tells the events of the rule from others.
    """

    source: RuleSource
    conditions: tuple[int, ...]
    made: tuple[Witnesses, ...]
    pinned: bool


@dataclass(frozen=True)
class _Event:
    """An event before its trial."""

    kind: str
    place: str
    why: str
    leaf: str | None
    event: Mapping[str, Any]
    seen: EventViews
    raw: str = ""


def prove_file(task: Task, trials: Trials, shared: Shared | None) -> list[Proof | TranslatorError]:
    """The proofs of the conditions in a file, in order; what is no rule gives its error."""
    path, content = task
    found: list[Proof | TranslatorError] = []
    try:
        for source in rule_sources(read_documents(content, path), shared):
            if isinstance(source, TranslatorError):
                found.append(source)
            else:
                found += prove(source, trials)
    except TranslatorError as error:
        found.append(error)
    return found


def prove(source: RuleSource, trials: Trials) -> Iterator[Proof]:
    """The proofs of one rule: one for each condition, or one for the rules of a pack that stand for it."""
    translations = translate_alone(source, trials.options)
    if trials.pack is not None:
        yield _other(source, translations, trials.pack, trials)
        return
    for translation in translations:
        proof = replace(_described(translation, trials.profile), notes=translation.notes)
        if translation.rule is None:
            note = translation.refusals[0]
            yield replace(proof, refused=f"{note.code.name}: {note.text}")
            continue
        own = from_xml(translation)
        proof = replace(proof, name=own.name, rules=(own,))
        if isinstance(source, CorrelationSource):
            yield tried_stream(proof, source, trials)
        else:
            yield _tried(proof, _subject(source, [translation], [own], trials), trials)


def _described(translation: Translation, profile: str) -> Proof:
    leaves = mapped(translation) if translation.rule else ()
    return replace(described(translation.source, translation.index, profile), leaves=leaves)


def _other(source: RuleSource, translations: Sequence[Translation], pack: Pack, trials: Trials) -> Proof:
    """The rules of the pack in the place of our own.

    What also differs from ours on an event, and is announced there, no rule can do better: it is excused.
    """
    proof = _described(translations[0], trials.profile)
    places = pack.places_of(source)
    if not places:
        return replace(proof, unsolved=(UNMATCHED, "no rule of the pack names it"))
    rules = tuple(pack.rules[place] for place in places)
    own = tuple(from_xml(each) for each in translations if each.rule)
    attempt: Callable[[Proof], Proof]
    if isinstance(source, CorrelationSource):
        attempt = partial(tried_stream, source=source, trials=trials)
    else:
        attempt = partial(_tried, subject=_subject(source, translations, own, trials), trials=trials)
    tried = attempt(replace(proof, name=rules[0].name, rules=rules, matched=places))
    if not tried.differing or len(own) < len(translations):
        return tried
    notes = tuple(note for each in translations for note in each.notes)
    ours = attempt(replace(proof, rules=own, notes=notes))
    unexplained = {each.place for each in ours.unexplained}
    return replace(tried, excuses=frozenset(each.place for each in ours.differing) - unexplained)


def _subject(
    source: RuleSource, translations: Sequence[Translation], own: Sequence[Rule], trials: Trials
) -> _Subject:
    conditions = tuple(each.index for each in translations)
    made = (witnesses(source, each, seed=trials.seed, most=trials.most) for each in conditions if trials.most)
    return _Subject(source, conditions, tuple(made), bool(own) and pins_event_types(own))


def _tried(proof: Proof, subject: _Subject, trials: Trials) -> Proof:
    """The proof with what came of every event."""
    sides = sigma_sides(subject.source, trials.options.placeholders)
    wanted = [sides[each] for each in subject.conditions]
    try:
        judge = Judge.of(wanted, proof.rules, trials.profile, trials.context)
        found = [(each, _trial(judge, each, proof.leaves)) for each in _events(subject, trials)]
        if subject.pinned:
            found += [(each, _trial(judge, each, ())) for each in _strangers(found)]
        mutants = _mutants(proof.rules, subject, found, trials) if trials.mutation else None
    except Refused as error:
        return replace(proof, refused=f"{error.code}: {error.cause}")
    unsolved = [(each.status, each.reason) for each in subject.made if each.status != "solved"]
    return replace(
        proof,
        trials=tuple(trial for _, trial in found if trial.says_something),
        tried=len(found),
        unsolved=unsolved[0] if unsolved else ("", ""),
        mutants=mutants,
    )


def _events(subject: _Subject, trials: Trials) -> Iterator[_Event]:
    log_source = known_log_source(subject.source, trials.options.settings.taxonomy)
    for number, (each, raw) in enumerate(_made(subject, trials), 1):
        seen = views(each.event, "sigma", log_source) if raw is None else views(raw, "raw", None)
        text = str(seen.fortisiem["rawEventMsg"]) if trials.paste and raw is not None else ""
        yield _Event(each.kind, f"{each.kind} {number}", each.why, each.leaf, each.event, seen, text)
    for given in trials.given:
        case = given.case
        yield _Event(GIVEN, str(case.location), "", None, case.event, given.seen(log_source))


def _made(subject: _Subject, trials: Trials) -> Iterator[tuple[Witness, RawForm | None]]:
    """The witnesses of all conditions, each as it is collected where that is known.

    What parsers of the user make of events is in rows alone, so no event of theirs is taken as collected.
    """
    source, taxonomy = subject.source, trials.options.settings.taxonomy
    log_source = known_log_source(source, taxonomy)
    shipped = log_source is not None and taxonomy.is_shipped(log_source.key)
    for condition, found in zip(subject.conditions, subject.made, strict=False):
        judge = judge_of(source, condition, trials.options.placeholders) if found.events else None
        for each in found.events:
            yield each, raw_event(source, each, judge) if shipped else None


def _strangers(found: Sequence[tuple[_Event, Trial]]) -> Iterator[_Event]:
    """The first witness that fires, made an event that is none of the rule's."""
    first = next((event for event, trial in found if trial.sigma and trial.kind != GIVEN), None)
    if first is not None:
        for number, (why, seen) in enumerate(strangers(first.seen), 1):
            yield _Event(STRANGER, f"{STRANGER} {number}", why, None, first.event, seen)


def _trial(judge: Judge, event: _Event, leaves: tuple[Mapped, ...]) -> Trial:
    sigma, fortisiem = judge.sigma_fires(event.seen), judge.fortisiem_fires(event.seen)
    trial = Trial(event.kind, event.place, sigma, fortisiem, event.why, event.leaf or "", event.event)
    if not trial.says_something:
        return trial
    return replace(trial, decides=judge.decides(event.seen, about(event.leaf, leaves)), raw=event.raw)


def _mutants(
    rules: Sequence[Rule], subject: _Subject, found: Sequence[tuple[_Event, Trial]], trials: Trials
) -> Mutants | None:
    if len(rules) != 1:
        return None
    log_source = known_log_source(subject.source, trials.options.settings.taxonomy)
    events = [event.seen.fortisiem for event, _ in found]
    made = [event.event for event, _ in found if event.kind not in (GIVEN, STRANGER)]
    events += [each for event in made for each in otherwise_written(event, log_source)]
    events += siblings(rules[0], [event.seen.fortisiem for event, trial in found if trial.sigma])
    return mutation_score(rules[0], events, trials.context, trials.profile)
