"""MITRE ATT&CK for rule tags: tactics, techniques and what else a tag may name.

The tables in ``data/attack/`` are shipped, so that nothing is downloaded. Ids and names are those of the
enterprise matrix of ATT&CK 19; ids that only earlier releases used stand in ``retired.yaml``, because rules
still carry them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from translator.taxonomy.load import Document, data_folder, parse

SITE = "https://attack.mitre.org"
_NAMESPACE = "attack."
_RELATED_PATHS = {"G": "groups", "S": "software", "DS": "datasources"}

_Text = Annotated[str, Meta(min_length=1)]
_TacticId = Annotated[str, Meta(pattern=r"^TA\d{4}$")]
_TechniqueId = Annotated[str, Meta(pattern=r"^T\d{4}(\.\d{3})?$")]
_RelatedId = Annotated[str, Meta(pattern=r"^(G|S|DS)\d{4}$")]
_ShortName = Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)*$")]


@dataclass(frozen=True, slots=True)
class Tactic:
    """What an attacker is after.

    ``fortisiem_name`` is what FortiSIEM calls the tactic; it lags behind ATT&CK. Source: ``tactics.yaml``.
    """

    id: str
    name: str
    short_name: str
    text: str
    fortisiem_name: str

    @property
    def link(self) -> str:
        return f"{SITE}/tactics/{self.id}/"


@dataclass(frozen=True, slots=True)
class Technique:
    """How an attacker goes about it.

    ``tactics`` are in the order of the matrix. ``parent_name`` is empty unless this is a sub-technique. An id
    that ATT&CK no longer lists is ``retired``; ``replaced_by`` is the id that took its place, if any did.
    """

    id: str
    name: str
    text: str
    tactics: tuple[Tactic, ...]
    parent_name: str = ""
    retired: bool = False
    replaced_by: str | None = None

    @property
    def link(self) -> str:
        return f"{SITE}/techniques/{self.id.replace('.', '/')}/"

    @property
    def full_name(self) -> str:
        """The name as FortiSIEM prints it, "Scheduled Task/Job: Scheduled Task" for a sub-technique."""
        return f"{self.parent_name}: {self.name}" if self.parent_name else self.name


@dataclass(frozen=True, slots=True)
class Related:
    """A group (G), software (S) or data source (DS) of ATT&CK that a tag names."""

    id: str
    name: str

    @property
    def link(self) -> str:
        return f"{SITE}/{_RELATED_PATHS[self.id.rstrip('0123456789')]}/{self.id}/"


@dataclass(frozen=True, slots=True)
class AttackTags:
    """The ATT&CK tags of a rule, in the order of the tags, each thing once.

    ``unknown`` holds the tags of the namespace that the tables do not have, as written.
    """

    tactics: tuple[Tactic, ...]
    techniques: tuple[Technique, ...]
    related: tuple[Related, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All tables, by the forms in which tags spell them: short names and ids in lower case."""

    tactics: Mapping[str, Tactic]
    techniques: Mapping[str, Technique]
    related: Mapping[str, Related]


def tactic(tag_or_name: str) -> Tactic | None:
    """The tactic of a tag (``attack.lateral_movement``, ``attack.ta0008``), a name or an id; None if unknown.

    >>> tactic("attack.defense-evasion").name
    'Stealth'
    """
    return catalogue().tactics.get(_bare(tag_or_name).replace("_", "-").replace(" ", "-"))


def technique(tag_or_id: str) -> Technique | None:
    """The technique of a tag (``attack.t1053.005``) or an id, a retired one included; None if unknown.

    >>> technique("attack.t1053.005").full_name
    'Scheduled Task/Job: Scheduled Task'
    """
    return catalogue().techniques.get(_bare(tag_or_id))


def from_tags(tags: Iterable[str]) -> AttackTags:
    """What the tags of a rule say in terms of ATT&CK; tags of other namespaces are passed over.

    A technique is kept beside its own sub-technique: the author named both.
    """
    tactics: list[Tactic] = []
    techniques: list[Technique] = []
    related: list[Related] = []
    unknown: list[str] = []
    for tag in tags:
        match _meaning(tag):
            case Tactic() as found:
                tactics.append(found)
            case Technique() as found:
                techniques.append(found)
            case Related() as found:
                related.append(found)
            case str() as found:
                unknown.append(found)
    return AttackTags(_once(tactics), _once(techniques), _once(related), _once(unknown))


@lru_cache(maxsize=4096)  # thousands of rules have the same hundreds of tags
def _meaning(tag: str) -> Tactic | Technique | Related | str | None:
    """What one tag stands for; itself where the tables do not have it, None in another namespace."""
    if not tag.strip().casefold().startswith(_NAMESPACE):
        return None
    return tactic(tag) or technique(tag) or catalogue().related.get(_bare(tag)) or tag


@cache
def catalogue() -> Catalogue:
    """The shipped tables, read at first use and kept."""
    return load(data_folder() / "attack")


def load(folder: Traversable) -> Catalogue:
    """Read the tables of a folder: ``tactics``, ``techniques-*``, ``retired`` and ``related``, all ``.yaml``.

    Raises: InputError(taxonomy-invalid) with file, line and key of the first row that does not fit.
    """
    tactics: dict[str, Tactic] = {}
    for document, key, row in _rows(folder, "tactics.yaml", _TacticId, _TacticRow):
        found = Tactic(key, row.name, row.short_name, row.text, row.fortisiem.name)
        for form in (key.casefold(), row.short_name, *row.formerly):
            if form in tactics:
                raise document.error(f"'{form}' already stands for {tactics[form].id}", (key,))
            tactics[form] = found
    related = {
        key.casefold(): Related(key, row.name)
        for _, key, row in _rows(folder, "related.yaml", _RelatedId, _RelatedRow)
    }
    return Catalogue(tactics, _techniques(folder, tactics), related)


class _FortisiemName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _Text
    status: Literal["documented", "observed", "assumed"]
    source: _Text


class _TacticRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _Text
    short_name: _ShortName
    text: _Text
    fortisiem: _FortisiemName
    formerly: tuple[_ShortName, ...] = ()


class _TechniqueRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``tactics`` is left out for a sub-technique (its parent's hold), text and tactics for a revoked id."""

    name: _Text
    text: _Text | None = None
    tactics: tuple[_ShortName, ...] = ()
    replaced_by: _TechniqueId | None = None


class _RelatedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _Text


_Row = TypeVar("_Row", bound=msgspec.Struct)


def _techniques(folder: Traversable, tactics: Mapping[str, Tactic]) -> dict[str, Technique]:
    files = sorted(file.name for file in folder.iterdir() if file.name.startswith("techniques-"))
    table: dict[str, Technique] = {}
    for name in (*files, "retired.yaml"):
        rows = _rows(folder, name, _TechniqueId, _TechniqueRow)
        # A parent sorts before its sub-techniques.
        for document, key, row in sorted(rows, key=lambda entry: entry[1]):
            try:
                table[key.casefold()] = _technique(key, row, name == "retired.yaml", table, tactics)
            except ValueError as problem:
                raise document.error(str(problem), (key,)) from problem
    return table


def _technique(
    key: str, row: _TechniqueRow, retired: bool, table: Mapping[str, Technique], tactics: Mapping[str, Tactic]
) -> Technique:
    """The technique of a row; ``table`` has its parent and, for a retired one, all current techniques.

    Raises: ValueError with what is wrong about the row.
    """
    if key.casefold() in table:
        raise ValueError("an earlier row has this id")
    parent = table.get(key.partition(".")[0].casefold())
    if "." in key and parent is None:
        raise ValueError("the technique that it belongs to has no row before it")
    if row.replaced_by is not None:
        heir = table.get(row.replaced_by.casefold())
        if not retired or heir is None or heir.retired:
            raise ValueError(f"'{row.replaced_by}' is no current technique that replaces a retired one")
        text, own_tactics = heir.text, heir.tactics
    elif row.text is None:
        raise ValueError("it has no text")
    else:
        unknown = [name for name in row.tactics if name not in tactics]
        if unknown:
            raise ValueError(f"there is no tactic '{unknown[0]}'")
        text = row.text
        own_tactics = tuple(tactics[name] for name in row.tactics) or (parent.tactics if parent else ())
    if not own_tactics:
        raise ValueError("it has no tactic")
    parent_name = parent.name if parent else ""
    return Technique(key, row.name, text, own_tactics, parent_name, retired, row.replaced_by)


def _rows(
    folder: Traversable, name: str, key_type: Any, row_type: type[_Row]
) -> Iterator[tuple[Document, str, _Row]]:
    """Each entry of a table, which is one mapping from ids to rows, with the document for errors about it."""
    document = parse(f"{folder.name}/{name}", (folder / name).read_bytes(), trusted=True)
    for key, value in document.mapping(document.content).items():
        document.convert(key, key_type, (key,))
        yield document, key, document.convert(value, row_type, (key,))


def _bare(tag: str) -> str:
    return tag.strip().casefold().removeprefix(_NAMESPACE)


_Found = TypeVar("_Found")


def _once(found: Iterable[_Found]) -> tuple[_Found, ...]:
    return tuple(dict.fromkeys(found))
