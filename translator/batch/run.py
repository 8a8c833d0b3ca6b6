"""All files of a run: what is known from earlier runs, the rest translated, names made unique, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from translator.batch.cache import Cache, default_directory, digest
from translator.batch.record import Failure, Item, Translated, decode, encode, failure, with_rule
from translator.batch.scope import scope_of
from translator.errors import TranslatorError
from translator.lowering.names import Names
from translator.options import Options
from translator.sources.files import MAX_BYTES, STANDARD_INPUT, display_name, read_bytes
from translator.sources.linked import NOTHING, Shared, concerns_others

if TYPE_CHECKING:
    from translator.batch.work import Task


@dataclass(frozen=True)
class Result:
    """What one file came to, in its order."""

    path: Path
    items: tuple[Translated | TranslatorError, ...]


@dataclass
class Run:
    """How files are translated. ``jobs``: processes at once, None for one per processor, 1 for this one.

    ``cache`` is where results are kept and looked up; None keeps nothing. Without ``unique`` rules keep the
    names that they have by themselves, for a caller that names them otherwise.
    """

    options: Options
    jobs: int | None = None
    cache: Path | None = field(default_factory=default_directory)
    unique: bool = True

    def results(self, files: Sequence[Path], step: Callable[[], None] = lambda: None) -> Iterator[Result]:
        """Each file's result. ``step`` is called as each is ready.

        The same bytes come out whatever ``jobs`` and whatever the cache holds.
        """
        return _Files(self, files).results(step)


class _Files:
    """One run over its files."""

    def __init__(self, run: Run, files: Sequence[Path]) -> None:
        self._run = run
        self._files = files
        self._names = Names()
        self._contents = [_content(file) for file in files]
        self._shared = _shared(files, self._contents)
        self._cache = None if run.cache is None else Cache(run.cache, scope_of(run.options))
        self._context = (
            b"" if self._shared == NOTHING else digest(repr(self._shared).encode("utf-8", "replace"))
        )

    def results(self, step: Callable[[], None]) -> Iterator[Result]:
        try:
            yield from self._results(step)
        finally:
            if self._cache is not None:
                self._cache.save()

    def _results(self, step: Callable[[], None]) -> Iterator[Result]:
        found = [self._look_up(*each) for each in zip(self._files, self._contents, strict=True)]
        self._contents.clear()
        tasks = [each for each in found if isinstance(each, _Missing)]
        made = _translated([each.task for each in tasks], self._run, self._shared)
        for file, each in zip(self._files, found, strict=True):
            name = display_name(file)
            if isinstance(each, _Missing):
                data = next(made)
                items = decode(data, name)
                if self._cache is not None and each.key and not any(map(_is_defect, items)):
                    self._cache.put(each.key, data)
                key = each.key
            else:
                key, items = each
            yield Result(file, tuple(self._finished(item, key, name) for item in items))
            step()

    def _look_up(
        self, file: Path, content: bytes | TranslatorError
    ) -> _Missing | tuple[bytes, tuple[Item, ...]]:
        """What is known of a file, or what has to be done to know it."""
        name = display_name(file)
        if isinstance(content, TranslatorError):
            return b"", (failure(content, name),)
        if self._cache is None or file == STANDARD_INPUT:
            return _Missing((file, content), b"")
        key = digest(name.encode("utf-8", "surrogateescape"), content, self._context)
        data = self._cache.get(key)
        items = None if data is None else _decoded(data, name)
        return _Missing((file, content), key) if items is None else (key, items)

    def _finished(self, item: Item, key: bytes, name: str) -> Translated | TranslatorError:
        if isinstance(item, Failure):
            return item.error(name)
        if item.name and self._run.unique:
            wanted = (item.name, item.event_type)
            unique = self._names.pair(*wanted, item.suffix)
            if unique != wanted:
                return self._renamed(item, unique, key, name)
        return item

    def _renamed(self, item: Translated, unique: tuple[str, str], key: bytes, name: str) -> Translated:
        """The rule under other names; that its document holds was proved once, then it is known."""
        known = digest(key, str(item.index).encode(), str(item.line).encode(), *map(str.encode, unique))
        data = self._cache.get(known) if self._cache is not None and key else None
        items = None if data is None else _decoded(data, name)
        if items is not None and len(items) == 1 and isinstance(items[0], Translated):
            return items[0]
        assert item.rule is not None
        # As below: a known rule needs neither pySigma nor a template.
        from translator.translate import distinct

        rule = distinct(item.rule, unique, self._run.options.settings.emission.dialect)
        renamed = with_rule(item, rule)
        if self._cache is not None and key:
            self._cache.put(known, encode((renamed,)))
        return renamed


@dataclass(frozen=True)
class _Missing:
    """A file to translate, and the key for its result; none where it is not to be kept."""

    task: Task
    key: bytes


def _shared(files: Sequence[Path], contents: Sequence[bytes | TranslatorError]) -> Shared:
    """What the files say about each other."""
    if not any(concerns_others(each) for each in contents if isinstance(each, bytes)):
        return NOTHING
    # As below: only correlations and filters have to be read before anything is looked up.
    from translator.sources.rule_files import find_shared

    return find_shared(files)


def _translated(tasks: Sequence[Task], run: Run, shared: Shared) -> Iterator[bytes]:
    """The encoded items of each file that has to be translated, in order."""
    if not tasks:
        return iter(())
    # Loading pySigma and the template engine takes longer than a look at thousands of known results.
    from translator.batch.work import translate_files

    return translate_files(tasks, run.options, shared, run.jobs)


def _content(file: Path) -> bytes | TranslatorError:
    try:
        return read_bytes(file, MAX_BYTES)
    except TranslatorError as error:
        return error


def _decoded(data: bytes, name: str) -> tuple[Item, ...] | None:
    """What the cache holds, unless it is not what this program writes."""
    try:
        return decode(data, name)
    except ValueError:
        return None


def _is_defect(item: Item) -> bool:
    return isinstance(item, Failure) and item.kind == "defect"
