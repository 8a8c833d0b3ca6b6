"""What one file comes to, as plain data: light enough to send, to keep on disk, to hold by the thousand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from translator.errors import EXIT_BUG, InputError, Location, Refused, TranslatorError, UsageError
from translator.notes import CATALOGUE, Effect, Note

if TYPE_CHECKING:
    from translator.model.rule import Rule
    from translator.render.registry import Page
    from translator.translate import Translation


class Defect(TranslatorError):
    """An error of this program, met on one file. ``trace`` says where in the program."""

    exit_code = EXIT_BUG
    trace = ""


class Remark(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A note without its place; ``code`` is a key of the catalogue."""

    code: str
    effect: Effect
    text: str
    field: str


class Translated(msgspec.Struct, array_like=True, tag="rule", dict=True):
    """One condition of one Sigma rule: what a :class:`Translation` says, without what it was made from.

    ``path`` is known where the file is, so it does not travel. ``leaves`` counts the fields and values of
    the condition that were dealt with; ``fields`` are those of a refused rule. ``name``, ``event_type`` and
    ``techniques`` are those of the FortiSIEM rule, which is ``encoded``: most readers do without the rest of
    it. Words that a Sigma rule leaves out, and those of a rule that is not there, are empty.
    """

    line: int | None
    index: int
    id: str
    title: str
    product: str
    category: str
    service: str
    level: str
    status: str
    tags: tuple[str, ...]
    link: str
    suffix: str
    leaves: int
    fields: tuple[str, ...]
    remarks: tuple[Remark, ...]
    name: str
    event_type: str
    techniques: tuple[str, ...]
    encoded: bytes
    path: str = ""

    @property
    def location(self) -> Location:
        """Where the rule begins."""
        return Location(self.path, self.line)

    @cached_property
    def rule(self) -> Rule | None:
        """The FortiSIEM rule; None where a note says why there is none.

        Raises: InputError(cache-damaged) when somebody else wrote what the cache has.
        """
        if not self.encoded:
            return None
        # The classes for it take longer to load than thousands of records to decode.
        from translator.batch.wire import decode_rule

        try:
            return decode_rule(self.encoded)
        except ValueError as error:
            cause = "what the cache has for this rule is no rule"
            raise InputError("cache-damaged", cause, self.location, "translate with --no-cache") from error

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What the translation says of itself."""
        return tuple(
            Note(CATALOGUE[each.code], each.text, each.effect, each.field, self.location)
            for each in self.remarks
        )

    @property
    def refusals(self) -> tuple[Note, ...]:
        """The notes that say why there is no rule."""
        return tuple(note for note in self.notes if note.effect is Effect.REFUSED)

    @property
    def page(self) -> Page:
        """What renderers need. Only for one that has a rule."""
        if self.rule is None:
            raise ValueError("a refused rule has nothing to render")
        # Only some commands write rules; the others do without the tables of ATT&CK.
        from translator.render.registry import Page
        from translator.taxonomy.attack import from_tags

        return Page(self.rule, from_tags(self.tags), self.link, self.notes)


_Kind = Literal["input", "refused", "usage", "defect", "other"]


class Failure(msgspec.Struct, array_like=True, tag="error", frozen=True):
    """Why a document, or a whole file, gives no rule. Without ``path`` it is about the file itself."""

    kind: _Kind
    code: str
    cause: str
    hint: str
    path: str | None
    line: int | None
    column: int | None
    trace: str = ""

    def error(self, file: str) -> TranslatorError:
        """The error, as the reader of that file would have raised it."""
        place = Location(self.path or file, self.line, self.column)
        error = _KINDS[self.kind](self.code, self.cause, place, self.hint)
        if isinstance(error, Defect):
            error.trace = self.trace
        return error


_KINDS: dict[_Kind, type[TranslatorError]] = {
    "input": InputError,
    "refused": Refused,
    "usage": UsageError,
    "defect": Defect,
    "other": TranslatorError,
}
_OTHER: _Kind = "other"
Item = Translated | Failure

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[tuple[Item, ...]] = msgspec.msgpack.Decoder(tuple[Item, ...])


def encode(items: tuple[Item, ...]) -> bytes:
    """The items of one file as bytes.

    Half a character, which a file name may have and no encoding can, becomes U+FFFD, as it does in documents.
    """
    try:
        return _ENCODER.encode(items)
    except UnicodeEncodeError:
        from translator.batch.wire import encode_whole

        return encode_whole(items)


def decode(data: bytes, path: str) -> tuple[Item, ...]:
    """The items of the file of that path.

    Raises: ValueError when the bytes are anything else than :func:`encode` gives.
    """
    items = _DECODER.decode(data)
    for item in items:
        if isinstance(item, Translated):
            item.path = path
            for remark in item.remarks:
                if remark.code not in CATALOGUE:
                    raise ValueError("a note has a code that is not in the catalogue")
    return items


def translated(translation: Translation) -> Translated:
    """What is kept of a translation."""
    source = translation.source.sigma
    record = Translated(
        line=translation.location.line,
        index=translation.index,
        id=translation.id,
        title=translation.title,
        product=source.logsource.product or "",
        category=source.logsource.category or "",
        service=source.logsource.service or "",
        level=_word(source.level),
        status=_word(source.status),
        tags=tuple(f"{tag.namespace}.{tag.name}" for tag in source.tags),
        link=translation.link,
        suffix=translation.suffix,
        leaves=len(translation.leaves),
        fields=translation.source.fields if translation.rule is None else (),
        remarks=tuple(
            Remark(each.code.name, each.effect, each.text, each.field) for each in translation.notes
        ),
        name="",
        event_type="",
        techniques=(),
        encoded=b"",
    )
    return record if translation.rule is None else with_rule(record, translation.rule)


def with_rule(record: Translated, rule: Rule) -> Translated:
    """The record with this FortiSIEM rule."""
    from translator.batch.wire import encode_rule

    return msgspec.structs.replace(
        record,
        name=rule.name,
        event_type=rule.incident.event_type,
        techniques=rule.techniques,
        encoded=encode_rule(rule),
    )


def failure(error: TranslatorError, file: str, trace: str = "") -> Failure:
    """What is kept of an error that was met in the file."""
    kind = next((name for name, type_ in _KINDS.items() if type(error) is type_), _OTHER)
    place = error.location or Location(file)
    path = None if place.path == file else place.path
    return Failure(kind, error.code, error.cause, error.hint, path, place.line, place.column, trace)


def _word(value: Any) -> str:
    return "" if value is None else str(value.name).lower()
