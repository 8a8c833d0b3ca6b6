"""A correlation on sequences made from it, and on given events in the order of their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from translator.dialect.profile import load_profile
from translator.errors import Refused
from translator.harness.compare import stream_verdicts
from translator.harness.events import EventViews
from translator.harness.proof import GIVEN, STRANGER, Mutants, Proof, Trial, TriedStep, profiles_with
from translator.harness.sequence_events import SequenceEvents
from translator.harness.strangers import near_types, pins_event_types, strangers
from translator.harness.stream_mutants import stream_score
from translator.harness.streams import Seen, fortisiem_verdicts, sigma_verdicts
from translator.model.rule import Rule
from translator.render.expression import print_filter
from translator.sources.correlation import CorrelationSource
from translator.witness import Sequence as Made
from translator.witness import Sequences, witness_sequences

if TYPE_CHECKING:
    from translator.harness.prove import Trials

_WHY_NONE = ("not solved", "the rule relates events, and no sequences were asked for")


def tried_stream(proof: Proof, source: CorrelationSource, trials: Trials) -> Proof:
    """The proof with what came of each sequence, and of the given events. Its rules are what is tried."""
    made = Sequences((), "solved")
    if trials.most:
        placeholders = trials.options.placeholders
        made = witness_sequences(source, seed=trials.seed, most=trials.most, placeholders=placeholders)
    events = SequenceEvents(source, trials.options)
    tries = [_try(each, events) for each in made.found]
    tries += _strangers(tries, proof.rules)
    try:
        found = [*_of_sequences(proof.rules, source, tries, trials), *_of_given(proof, source, trials)]
        mutants = _mutants(proof.rules, tries, trials) if trials.mutation else None
    except Refused as error:
        return replace(proof, refused=f"{error.code}: {error.cause}")
    unsolved = ("", "") if made.status == "solved" else (made.status, made.reason)
    return replace(
        proof,
        trials=tuple(each for each in found if each.says_something),
        tried=len(found),
        unsolved=unsolved if found or made.status != "solved" else _WHY_NONE,
        mutants=mutants,
    )


@dataclass(frozen=True)
class _Try:
    """A sequence, and its events for both engines. ``raw`` are its messages, where all are known."""

    made: Made
    seen: Sequence[Seen]
    raw: str = ""
    kind: str = ""


def _try(made: Made, events: SequenceEvents) -> _Try:
    found = [events.of(step) for step in made.steps]
    messages = [message for _, message in found]
    return _Try(made, [seen for seen, _ in found], "\n".join(messages) if all(messages) else "")


def _strangers(tries: Sequence[_Try], rules: Sequence[Rule]) -> Iterator[_Try]:
    """The first sequence that fires, with the first event of each rule made one of another type."""
    first = next((each for each in tries if each.made.expected), None)
    if first is None or not all(map(pins_event_types, ([each] for rule in rules for each in _alone(rule)))):
        return
    named = [step.rule for step in first.made.steps]
    for place, name in enumerate(named):
        if name not in named[:place]:
            for why, other in strangers(first.seen[place].views):
                stranger = Seen(first.seen[place].time, EventViews({}, other.fortisiem, scoped=False), None)
                seen = [*first.seen[:place], stranger, *first.seen[place + 1 :]]
                made = replace(first.made, expected=False, leaf="", why=f"{name}: {why}")
                yield _Try(made, seen, kind=STRANGER)


def _alone(rule: Rule) -> Iterator[Rule]:
    """Each sub-pattern as a rule."""
    return (replace(rule, sub_patterns=(each,), relations=()) for each in rule.sub_patterns)


def _joined(tries: Sequence[_Try], rules: Sequence[Rule], span: int) -> list[Seen]:
    """All sequences in one stream, so far from each other that no window holds events of two."""
    gap = 2 * max(span, *(rule.window for rule in rules))
    stream: list[Seen] = []
    begin = 0.0
    for each in tries:
        stream += (replace(seen, time=begin + seen.time) for seen in each.seen)
        begin = stream[-1].time + gap
    return stream


def _of_sequences(
    rules: Sequence[Rule], source: CorrelationSource, tries: Sequence[_Try], trials: Trials
) -> Iterator[Trial]:
    stream = _joined(tries, rules, source.section.span)
    sigma = sigma_verdicts(source, stream, trials.options.placeholders) or []
    names = profiles_with(trials.profile)
    engine = [fortisiem_verdicts(rules, stream, load_profile(name), trials.context) for name in names]
    verdicts = iter(zip(sigma, *engine, strict=True))
    for number, each in enumerate(tries, 1):
        steps = [
            TriedStep(step.at, step.rule, step.event, *_split(next(verdicts))) for step in each.made.steps
        ]
        kind = each.kind or each.made.kind
        place = f"{kind} {number}"
        for trial in _trials(each.made, kind, place, steps, names.index(trials.profile), rules):
            yield replace(trial, raw=each.raw if trials.paste else "")


def _mutants(rules: Sequence[Rule], tries: Sequence[_Try], trials: Trials) -> Mutants | None:
    """How many faults of the rule the sequences find, those of other event types with names like it too."""
    if len(rules) != 1 or not tries:
        return None
    rule = rules[0]
    first = next((each for each in tries if each.made.expected), tries[0])
    near = [
        _Try(
            first.made,
            [
                replace(seen, views=EventViews({}, made, scoped=False)) if at == place else seen
                for at, seen in enumerate(first.seen)
            ],
        )
        for place, seen in enumerate(first.seen)
        for made in near_types(seen.views.fortisiem)
    ]
    stream = _joined([*tries, *near], rules, rule.window)
    return stream_score(
        rule, [(each.time, each.views.fortisiem) for each in stream], trials.context, trials.profile
    )


def _split(verdicts: tuple[bool, ...]) -> tuple[bool, tuple[bool, ...]]:
    return verdicts[0], verdicts[1:]


def _trials(
    made: Made, kind: str, place: str, steps: Sequence[TriedStep], profile: int, rules: Sequence[Rule]
) -> Iterator[Trial]:
    """One trial about the last event; where verdicts differ, about the first event of each way to differ.

    Under other profiles than the one that decides it differs if it does so on any event.
    """
    differing = {
        step.sigma: at
        for at, step in reversed(list(enumerate(steps)))
        if step.fortisiem[profile] is not step.sigma
    }
    for at in sorted(differing.values()) or [len(steps) - 1]:
        step = steps[at]
        agrees = [
            all(each.fortisiem[other] is each.sigma for each in steps) for other in range(len(step.fortisiem))
        ]
        fortisiem = tuple(
            step.fortisiem[other] if other == profile else step.sigma is same
            for other, same in enumerate(agrees)
        )
        yield Trial(
            kind=kind,
            place=place if at == len(steps) - 1 else f"{place}, event {at + 1}",
            sigma=step.sigma,
            fortisiem=fortisiem,
            why=made.why,
            leaf=made.leaf,
            event=step.event,
            decides=_asked(made.leaf, rules),
            steps=tuple(steps),
        )


def _asked(leaf: str, rules: Sequence[Rule]) -> tuple[str, ...]:
    """What the FortiSIEM rules say of the part of the correlation that a sequence is about."""
    part = leaf.partition(".")[2].partition("[")[0] if leaf.startswith("correlation.") else ""
    return tuple(dict.fromkeys(words for rule in rules for words in _said(part, rule)))


def _said(part: str, rule: Rule) -> Iterator[str]:
    if part == "timespan":
        yield f"within {rule.window} s"
    elif part == "group-by":
        yield from (f"{each.name}: grouped by {', '.join(each.group_by)}" for each in rule.sub_patterns)
        if rule.global_constraint is not None:
            yield print_filter(rule.global_constraint)
    elif part.startswith("condition"):
        yield from (f"{each.name}: {print_filter(each.aggregate)}" for each in rule.sub_patterns)
        yield from (each.type for each in rule.relations)
    elif part == "rules":
        yield from (f"{each.name}: {print_filter(each.filter)}" for each in rule.sub_patterns)


def _of_given(proof: Proof, source: CorrelationSource, trials: Trials) -> Iterator[Trial]:
    """The given events in the order of their times."""
    cases = [each.case for each in trials.given]
    if not cases:
        return
    taxonomy, placeholders = trials.options.settings.taxonomy, trials.options.placeholders
    by_profile = [
        stream_verdicts(
            source, proof.rules, cases, load_profile(name), taxonomy, placeholders, trials.context
        )
        for name in profiles_with(trials.profile)
    ]
    for one in zip(*by_profile, strict=True):
        case, sigma, _ = one[0]
        fortisiem = tuple(verdict for _, _, verdict in one)
        yield Trial(GIVEN, str(case.location), sigma, fortisiem, "", "", case.event)
