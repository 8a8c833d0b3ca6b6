"""One attribute of the events of one type as numbers: each distinct value is kept once, over many batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice, repeat
from operator import itemgetter
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from translator.engine.columnar.coded import Coded
from translator.engine.columnar.joined import Joined, folded
from translator.engine.values import as_text

Rows = NDArray[np.intp]
Codes = NDArray[np.int32]
Text = str | None

KEPT_VALUES = 40_000
KEPT_CHARACTERS = 4_000_000
"""Of the values that are remembered; with more, all are forgotten when the next batch begins."""
FRESH = 0.9
"""Share of new values from which on none is remembered, because hardly any comes again."""
SOME = 1_000
"""Values of which it is told whether they come again."""
_TEXTS = frozenset({str, type(None)})
_EXACT = frozenset({str, int, type(None)})
"""Types of which equal values read the same."""


class Column:
    """A value's code is its place in ``texts``, where an absent one is ``None``.

    Half of a character stays as it is in the values, and reads as U+FFFD in ``texts``. ``facts`` is for what
    others found out about values by their codes; it is forgotten with them. ``has_absent``: one is ``None``.
    ``before`` is how many values are known from other batches.
    """

    def __init__(self, *, repeats: bool = True) -> None:
        self._repeats = self._will_repeat = repeats
        self._exact = True
        self._has_numbers = False
        self._written: list[int] = []
        self._arrays: list[Codes] = []
        self._length = 0
        self.before = 0
        self._forget()

    def _forget(self) -> None:
        self._known: defaultdict[str | int | None, int] = defaultdict()
        # What is new gets the next number without a step of ours.
        self._known.default_factory = self._known.__len__
        self._values: list[Any] = []
        self.texts: list[Text] = []
        self._folded: list[str] = []
        self._characters = 0
        self.has_absent = False
        self.facts: dict[object, Any] = {}
        self._joined: dict[bool, Joined] = {}
        self._absent: Rows | None = None

    def begin(self) -> None:
        """A new batch."""
        self._written, self._arrays, self._length = [], [], 0
        self._repeats = self._will_repeat
        many = len(self.texts) > KEPT_VALUES or self._characters > KEPT_CHARACTERS
        # Nobody asked for the last batch, or nothing of it was to be remembered.
        if many or self._values or len(self.texts) != len(self._known):
            self._forget()
        self.before = len(self.texts)
        self._joined, self._absent = {}, None

    def add(self, values: Sequence[Any], before: int) -> None:
        """The values of some events; ``before`` is how many events of the batch come before them.

        Each is text, a number or ``None``.
        """
        self._fill(before)
        if self._repeats:
            self._written += self._coded(values)
        else:
            self._values += values
        self._length += len(values)

    def add_coded(self, coded: Coded, before: int) -> None:
        """The same where the values have numbers already."""
        self._fill(before)
        if self._repeats:
            codes = np.array(self._coded(coded.values.tolist()), dtype=np.int32)
            self._pack()
            self._arrays.append(codes[coded.places])
        else:
            self._values += coded.values[coded.places].tolist()
        self._length += len(coded.places)

    def _pack(self) -> None:
        """What is written goes behind the arrays."""
        if self._written:
            self._arrays.append(np.array(self._written, dtype=np.int32))
            self._written = []

    def _coded(self, values: Sequence[Any]) -> Sequence[int]:
        known = self._known
        if not self._exact:
            values = [as_text(value) if isinstance(value, (float, bool)) else value for value in values]
        count = len(known)
        # One call for all of them; of a single item it would not give a tuple.
        codes = itemgetter(*values)(known) if len(values) > 1 else [known[value] for value in values]
        if self._exact and (self._has_numbers or len(known) > count):
            kinds = set(map(type, values))
            if not kinds <= _EXACT:
                # 1.0 and true are equal to 1, and would be given its code from now on.
                for _ in range(len(known) - count):
                    known.popitem()
                self._exact = False
                return self._coded(values)
            self._has_numbers = self._has_numbers or int in kinds
        return codes

    def _fill(self, count: int) -> None:
        """The events up to here that nothing was said of have no value."""
        missing = count - self._length
        if missing > 0:
            if self._repeats:
                self._written += repeat(self._known[None], missing)
            else:
                self._values += [None] * missing
            self._length = count

    def codes(self, count: int) -> Codes:
        """For each of the ``count`` events of the batch the code of its value. No more events are added.

        Raises: InputError(event-value) for an integer that is too wide for any attribute.
        """
        self._fill(count)
        if self._repeats:
            self._pack()
            codes = np.concatenate(self._arrays or [np.zeros(0, dtype=np.int32)])
            self._know(list(islice(reversed(self._known), len(self._known) - len(self.texts)))[::-1])
        else:
            codes = np.arange(count, dtype=np.int32)
            self._know(self._values)
        new = len(self.texts) - self.before
        if count >= SOME:
            few = new if self._repeats else len(set(self.texts[:SOME]))
            self._will_repeat = few < FRESH * (count if self._repeats else SOME)
        return codes

    def _know(self, values: Sequence[Any]) -> None:
        """The texts of new values."""
        kinds = set(map(type, values))
        if not kinds <= _TEXTS:
            values = [value if value is None else as_text(value) for value in values]
        self.has_absent = self.has_absent or type(None) in kinds
        present = [value for value in values if value is not None] if self.has_absent else values
        if self._repeats:  # others are not kept
            self._characters += sum(map(len, present))
        self.texts += (
            values if all(map(str.isascii, present)) else [value and as_text(value) for value in values]
        )

    @property
    def folded(self) -> Sequence[str]:
        """The texts without letter case, by code; empty for the absent one."""
        if len(self._folded) < len(self.texts):
            self._folded += folded([text or "" for text in islice(self.texts, len(self._folded), None)])
        return self._folded

    def joined(self, *, ignore_case: bool) -> Joined:
        """The texts that came with this batch, empty for the absent one."""
        joined = self._joined.get(ignore_case)
        if joined is None:
            texts = self.texts[self.before :]
            present = [text or "" for text in texts] if self.has_absent else texts
            joined = self._joined[ignore_case] = Joined(cast("list[str]", present), ignore_case=ignore_case)
        return joined

    @property
    def absent(self) -> Rows:
        """Which of the values that came with this batch, from 0, are absent."""
        if self._absent is None:
            self._absent = np.flatnonzero([text is None for text in self.texts[self.before :]])
        return self._absent
