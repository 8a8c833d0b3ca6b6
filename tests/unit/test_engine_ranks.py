"""Aggregates that depend on order and frequency, over windows longer than their inner pieces."""

from __future__ import annotations

import random
import statistics
from collections import Counter, deque

from translator.engine.ranks import Change, Median, Mode, Percentile, SortedNumbers


def test_sorted_numbers_stay_sorted() -> None:
    chance = random.Random(5)
    numbers, expected = SortedNumbers(), []
    for step in range(20_000):
        if expected and chance.random() < 0.3 + 0.3 * (step > 12_000):
            number = expected.pop(chance.randrange(len(expected)))
            numbers.remove(number)
        else:
            number = chance.choice([chance.randrange(50), chance.random() * 1e6, -chance.randrange(10**9)])
            numbers.add(number)
            expected.append(number)
        assert len(numbers) == len(expected)
        if step % 997 == 0:
            assert [numbers[rank] for rank in range(len(numbers))] == sorted(expected)


def test_sliding_windows_agree_with_the_standard_library() -> None:
    chance = random.Random(7)
    window: deque[str] = deque()
    median, percentile, mode, change = Median(), Percentile(95), Mode(), Change()
    kept = (median, percentile, mode, change)
    for step in range(6_000):
        text = str(chance.choice([1, 2, 3, 5, 8, chance.randrange(1, 10_000)]))
        window.append(text)
        for each in kept:
            each.add(text)
        while len(window) > (1_500 if step < 4_000 else 3):
            gone = window.popleft()
            for each in kept:
                each.remove(gone)
        if step % 251 == 0:
            numbers = sorted(map(int, window))
            assert median.value() == statistics.median(numbers)
            assert percentile.value() == numbers[-(-95 * len(numbers) // 100) - 1]
            counts = Counter(window)
            assert mode.value() == min(text for text in counts if counts[text] == max(counts.values()))
            assert change.value() == 100 * (int(window[-1]) - int(window[0])) / int(window[0])


def test_what_left_leaves_nothing_behind() -> None:
    mode = Mode()
    for number in range(100_000):
        mode.add(str(number))
        mode.remove(str(number))
    assert mode.value() is None
    assert len(mode._heap) < 1_000  # noqa: SLF001 - what is held is not otherwise visible
