"""An event as the matchers see it: fields by name, each worked out once for all rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from translator.oracle.text import FORMS, reshape, spell

_ABSENT = object()


class View(Mapping[str, object]):
    """A flat field view with memory.

    Field names are compared exactly, as the specification asks to use them "as they appear in the log
    source". A dotted name that is not itself a field is resolved through nested maps. A field that holds a
    list has several values; a condition on it holds if it holds for one of them.

    The event must not change while the view is in use.
    """

    __slots__ = ("_event", "_texts", "_values")

    def __init__(self, event: Mapping[str, object]) -> None:
        self._event = event
        self._values: dict[str | None, tuple[object, ...] | None] = {}
        self._texts: tuple[dict[str | None, tuple[str, ...]], ...] = tuple({} for _ in range(FORMS))

    @classmethod
    def of(cls, event: Mapping[str, object]) -> View:
        """The event itself if it is a view already."""
        return event if isinstance(event, View) else cls(event)

    def __getitem__(self, field: str) -> object:
        return self._event[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._event)

    def __len__(self) -> int:
        return len(self._event)

    def values_of(self, field: str | None) -> tuple[object, ...] | None:
        """The values of a field, None if the event has no such field; for None, every value of the event."""
        if field not in self._values:
            found = self._event if field is None else _find(self._event, field)
            if found is _ABSENT:
                self._values[field] = None
            else:
                self._values[field] = tuple(_spread(found, into_maps=field is None))
        return self._values[field]

    def texts_of(self, field: str | None, form: int) -> tuple[str, ...]:
        """The values of a field (for None, of the whole event) as text in one of the forms of `text`.

        Values without text (null, nested maps) are left out.
        """
        known = self._texts[form]
        found = known.get(field)
        if found is None:
            spelt = (spell(value) for value in self.values_of(field) or ())
            found = known[field] = tuple(reshape(text, form) for text in spelt if text is not None)
        return found


def _find(holder: object, path: str) -> object:
    """The value under a name, or under a dotted path through maps and lists of maps."""
    if isinstance(holder, list | tuple):
        return [value for value in (_find(one, path) for one in holder) if value is not _ABSENT] or _ABSENT
    if not isinstance(holder, Mapping):
        return _ABSENT
    if path in holder:
        return holder[path]
    cut = path.find(".")
    while cut != -1:
        head = path[:cut]
        if head in holder:
            found = _find(holder[head], path[cut + 1 :])
            if found is not _ABSENT:
                return found
        cut = path.find(".", cut + 1)
    return _ABSENT


def _spread(value: object, *, into_maps: bool) -> Iterator[object]:
    """The single values in a value, lists opened, in order; without recursion, for events of any depth."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, list | tuple):
            pending.extend(reversed(one))
        elif into_maps and isinstance(one, Mapping):
            pending.extend(reversed(list(one.values())))
        else:
            yield one
