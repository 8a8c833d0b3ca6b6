"""For each attribute the values that the filters tell apart, one value for each set of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from translator.dialect.profile import Dialect
from translator.engine.compile import EVENT_TYPE, compile_expr
from translator.engine.context import Context
from translator.engine.functions import BY_SPELLING
from translator.engine.values import Record
from translator.errors import Refused
from translator.model.expr import Attribute, Call, Test
from translator.model.walk import attributes
from translator.pack.meaning.values import of_test, whole

MOST_ANSWERS = 200
"""Sets of answers for one attribute."""
_MOST_TRIED = 6_000
_MOST_CHECKS = 40_000
"""Answers of single tests that one attribute may cost."""
_FEWEST_ASKED = 200
_MOST_SEEDS = 24
_MOST_PARTS = 3
_ROUNDS = 4
_PLAIN = ("", "zz-nothing-of-this", "7")

Answers = tuple[bool, ...]
"""What each test says of a value, in their order."""
Setting = Mapping[str, str]
"""Values of attributes; those that are not there are absent."""
_Ask = Callable[[Setting], None]


@dataclass(frozen=True)
class Pool:
    """Tests about the same attributes, and a setting of these for each set of answers that was found.

    ``asked`` gives the answers to a setting; None where one cannot be told.
    """

    names: tuple[str, ...]
    tests: tuple[Test, ...]
    settings: Mapping[Answers, Setting]
    asked: Callable[[Setting], Answers | None]

    def setting(self, wanted: Sequence[bool | None]) -> Setting | None:
        """Values with these answers; None among them: either will do."""
        for answers, setting in self.settings.items():
            if _fits(wanted, answers):
                return setting
        return self._made(wanted)

    def _made(self, wanted: Sequence[bool | None]) -> Setting | None:
        """A value put together of what each test that must hold asks for."""
        if len(self.names) != 1:
            return None
        parts = [
            list(islice(whole(test), _MOST_PARTS))
            for test, want in zip(self.tests, wanted, strict=True)
            if want is not None and want is not test.negated
        ]
        for number in range(_MOST_PARTS):
            chosen = [part[number % len(part)] for part in parts if part]
            for joiner in (" ", ""):
                for order in (chosen, chosen[::-1]):
                    setting = {self.names[0]: joiner.join(order)}
                    answers = self.asked(setting)
                    if answers is not None and _fits(wanted, answers):
                        return setting
        return None


def _fits(wanted: Sequence[bool | None], answers: Answers) -> bool:
    return all(want in (None, answer) for want, answer in zip(wanted, answers, strict=True))


def pools(tests: Iterable[Test], dialect: Dialect, context: Context) -> list[Pool]:
    """The tests by the attributes that they are about.

    Raises: as :func:`translator.engine.compile.compile_expr`; Refused(cannot-evaluate) for tests that no
    value gives an answer to.
    """
    return [
        _pool(names, found, dialect, context) for names, found in _by_attributes(dict.fromkeys(tests)).items()
    ]


def _by_attributes(tests: Iterable[Test]) -> dict[tuple[str, ...], list[Test]]:
    """Tests that share an attribute come together."""
    groups: list[tuple[set[str], list[Test]]] = []
    for test in tests:
        names = _read(test)
        touching = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        groups.append(
            (names.union(*(group[0] for group in touching)), [*(t for g in touching for t in g[1]), test])
        )
    return {tuple(sorted(names)): found for names, found in groups}


def _pool(names: Sequence[str], tests: Sequence[Test], dialect: Dialect, context: Context) -> Pool:
    checks = [compile_expr(test, dialect, context) for test in tests]
    known: dict[Answers, Setting] = {}

    def asked(setting: Setting) -> Answers | None:
        record = Record(setting)
        verdicts = [check(record) for check in checks]
        return tuple(map(bool, verdicts)) if all(isinstance(each, bool) for each in verdicts) else None

    budget = iter(range(max(_FEWEST_ASKED, _MOST_CHECKS // len(tests))))

    def ask(setting: Setting) -> None:
        if len(known) < MOST_ANSWERS and next(budget, None) is not None:
            answers = asked(setting)
            if answers is not None:
                known.setdefault(answers, setting)

    if len(names) == 1:
        _ask_about_one(names[0], tests, ask, known)
    else:
        _ask_about_several(names, tests, ask)
    if not known:
        raise Refused(
            "cannot-evaluate", f"conditions on {', '.join(names)} need data that is not in the rule"
        )
    return Pool(tuple(names), tuple(tests), known, asked)


def _ask_about_one(name: str, tests: Sequence[Test], ask: _Ask, known: Mapping[Answers, Setting]) -> None:
    ask({})
    for value in islice((*_PLAIN, *(each for test in tests for each in of_test(test))), _MOST_TRIED):
        ask({name: value})
    seeds = list(dict.fromkeys(each for test in tests for each in islice(whole(test), 3)))[:_MOST_SEEDS]
    done: set[str] = set()
    for _ in range(_ROUNDS):
        values = [setting[name] for setting in known.values() if name in setting]
        new = [value for value in values if value not in done]
        if not new:
            return
        done.update(new)
        for value in new:
            for seed in seeds:
                for both in (f"{value}{seed}", f"{seed}{value}", f"{value} {seed}", f"{seed} {value}"):
                    ask({name: both})


def _ask_about_several(names: Sequence[str], tests: Sequence[Test], ask: _Ask) -> None:
    asked = (
        *(each for test in tests for each in whole(test)),
        *(each for test in tests for each in of_test(test)),
    )
    values = [None, *dict.fromkeys((*_PLAIN, *asked))]
    enough = max(2, int(_MOST_TRIED ** (1 / len(names))))
    for combination in product(values[:enough], repeat=len(names)):
        ask({name: value for name, value in zip(names, combination, strict=True) if value is not None})


def seeds(tests: Iterable[Test]) -> dict[str, list[str]]:
    """The values that tests ask about, by attribute."""
    found: dict[str, dict[str, None]] = {}
    for test in tests:
        for name in _read(test):
            found.setdefault(name, {}).update(dict.fromkeys(islice(whole(test), _MOST_SEEDS)))
    return {name: list(values) for name, values in found.items()}


def _read(test: Test) -> set[str]:
    """The attributes of an event that the test is about, without names of tables and columns."""
    names = set(attributes(test))
    if isinstance(test.term, Call) and (row := BY_SPELLING.get(test.term.function.upper())) is not None:
        called = [each.name for each in test.term.arguments if isinstance(each, Attribute)]
        names -= {called[place] for place in row.names if len(called) > abs(place)}
    return names or {EVENT_TYPE}
