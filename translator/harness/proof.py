"""What the trial of one rule came to: each event with the verdicts on it. Plain data, for any report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from translator.dialect.profile import profile_names
from translator.errors import Location
from translator.harness.standing import Standing, announced
from translator.model.rule import Rule
from translator.notes import Effect, Note

PROFILES = profile_names()
"""The shipped profiles, under which every trial is made."""
GIVEN = "event"
"""The kind of a trial of an event that the user gave; other kinds are those of witnesses."""
STRANGER = "stranger"
"""The kind of an event that another log source has, with everything else that the rule asks for."""


def profiles_with(profile: str) -> tuple[str, ...]:
    """The profiles of a trial, in the order of its verdicts: the shipped ones and that of the user."""
    return PROFILES if profile in PROFILES else (*PROFILES, profile)


def _place(profile: str) -> int:
    """Where the verdict under the profile stands, which is shipped or the user's."""
    return PROFILES.index(profile) if profile in PROFILES else len(PROFILES)


@dataclass(frozen=True)
class TriedStep:
    """One event of a sequence, ``at`` seconds after its begin, and the verdicts on the rule at this event.

    ``rule`` names the detection rule of whose log source the event is.
    """

    at: int
    rule: str
    event: Mapping[str, Any]
    sigma: bool
    fortisiem: tuple[bool, ...]


@dataclass(frozen=True)
class Trial:
    """One event, and the verdicts on it. ``fortisiem`` has one for each of :func:`profiles_with`.

    ``place`` tells the event from others. ``leaf`` is the condition of the Sigma rule that the event is
    about, as ``selection.CommandLine|contains[2]``; ``decides`` are the conditions of the FortiSIEM rule on
    which its verdict hangs. ``raw`` is its message as collected, where that was asked for and is known.

    Of a rule that relates events ``steps`` are all events of the sequence; the verdicts are those at one of
    them: the last, or the first at which they differ.
    """

    kind: str
    place: str
    sigma: bool
    fortisiem: tuple[bool, ...]
    why: str
    leaf: str
    event: Mapping[str, Any]
    decides: tuple[str, ...] = ()
    raw: str = ""
    steps: tuple[TriedStep, ...] = ()

    def differs(self, profile: str) -> bool:
        """Whether the two verdicts differ under a profile."""
        return self.fires(profile) is not self.sigma

    def fires(self, profile: str) -> bool:
        """The verdict of FortiSIEM under a profile."""
        return self.fortisiem[_place(profile)]

    @property
    def says_something(self) -> bool:
        """Of the given events, which may be many, those on which neither rule fires are only counted."""
        return self.kind != GIVEN or self.sigma or any(self.fortisiem)

    def effect(self, profile: str) -> Effect | None:
        """How the translation differs on this event: WIDER where it alone fires, NARROWER the other way."""
        if not self.differs(profile):
            return None
        return Effect.NARROWER if self.sigma else Effect.WIDER


@dataclass(frozen=True)
class Mapped:
    """One field and value of the Sigma rule, and the tests made of them."""

    field: str
    value: str
    test: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Mutants:
    """How many faults that were put into the translation the events found. ``survivors`` in words."""

    made: int
    killed: int
    equivalent: int
    survivors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """One condition of one Sigma rule. ``profile`` is the one that decides the standing.

    ``tried`` counts the events, of which ``trials`` holds those that say something. ``unsolved`` says why
    there are no witnesses: status and reason, both empty where there are some or none were wanted.
    ``name`` is that of the FortiSIEM rule, ``rules`` what was read from its XML.
    """

    location: Location
    condition: int
    id: str
    title: str
    product: str
    log_source: str
    level: str
    status: str
    tags: tuple[str, ...]
    sigma: str
    profile: str
    name: str = ""
    rules: tuple[Rule, ...] = ()
    notes: tuple[Note, ...] = ()
    leaves: tuple[Mapped, ...] = ()
    trials: tuple[Trial, ...] = ()
    tried: int = 0
    unsolved: tuple[str, str] = ("", "")
    refused: str = ""
    excuses: frozenset[str] = frozenset()
    matched: tuple[int, ...] = ()
    mutants: Mutants | None = None

    @property
    def differing(self) -> list[Trial]:
        """The trials on which the verdicts differ."""
        return [each for each in self.trials if each.differs(self.profile)]

    @property
    def unexplained(self) -> list[Trial]:
        """Those of them that no note announces."""
        return [
            each
            for each in self.differing
            if each.effect(self.profile) not in announced(_about(each, self.notes))
            and each.place not in self.excuses
        ]

    @property
    def standing(self) -> Standing:
        """How the two rules stand to each other on these events."""
        if self.refused:
            return Standing.REFUSED
        if not self.tried:
            return Standing.UNPROVED
        if self.differing:
            return Standing.DIFFERS if self.unexplained else Standing.NOTED
        profiles = profiles_with(self.profile)
        everywhere = not any(each.differs(profile) for each in self.trials for profile in profiles)
        return Standing.EVERYWHERE if everywhere else Standing.IDENTICAL

    @property
    def fired(self) -> int:
        """On how many events one of the rules fired."""
        return sum(each.sigma or each.fires(self.profile) for each in self.trials)

    def of_kind(self, given: bool) -> list[Trial]:
        """The trials of events that the user gave, or the others."""
        return [each for each in self.trials if (each.kind == GIVEN) is given]


_ONE_VALUE: Mapping[str, tuple[object, ...]] = {
    "empty-may-be-absent": ("", None),
    "dash-is-absent": ("-",),
}
"""Notes about one value of a field, which each group-by field of a correlation has."""


def _about(trial: Trial, notes: Sequence[Note]) -> list[Note]:
    """The notes that can explain a difference: those about one value explain only sequences that have it."""
    events = [step.event for step in trial.steps]
    return [
        note
        for note in notes
        if not events
        or note.code.name not in _ONE_VALUE
        or any(note.field in event and event[note.field] in _ONE_VALUE[note.code.name] for event in events)
    ]


def depends(proofs: Sequence[Proof], usual: str) -> int:
    """How many rules fire on other events under their profile than under the usual one."""
    return sum(
        any(each.fires(proof.profile) is not each.fires(usual) for each in proof.trials) for proof in proofs
    )
