"""Rules to compare: of a pack, of a rule document, of what a supervisor answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError
from translator.model.rule import Rule
from translator.pack import manifest as manifests
from translator.pack.manifest import Manifest, ManifestRule, read_manifest
from translator.parse.parsed import ParsedRule
from translator.parse.rule_xml import read_rules
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import STANDARD_INPUT, display_name, read_bytes

EDITED = "pack-edited"


@dataclass(frozen=True)
class Found:
    """One rule, and what the manifest of its pack says of it, if it is of a pack."""

    parsed: ParsedRule
    entry: ManifestRule | None = None

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return self.parsed.rule


@dataclass(frozen=True)
class Known:
    """The rules of one side. ``errors`` are about rules and files that cannot be read.

    ``edited`` says which files of a pack are not as they were built.
    """

    rules: tuple[Found, ...]
    errors: tuple[TranslatorError, ...] = ()
    edited: tuple[TranslatorError, ...] = ()
    manifest: Manifest | None = None


def read_known(path: Path) -> Known:
    """The rules of a pack folder, of a folder of rule documents, or of one document.

    Raises: InputError(manifest-invalid, file-missing, file-unreadable, no-rules).
    """
    if path == STANDARD_INPUT or not path.is_dir():
        return read_document(read_bytes(path, MAX_BYTES), display_name(path))
    place = path / manifests.NAME
    if place.is_file():
        return _read_pack(path, read_manifest(read_bytes(place, manifests.MAX_BYTES), str(place)))
    files = sorted(each for each in path.rglob("*.xml") if each.is_file())
    if not files:
        cause = f"the folder has neither a {manifests.NAME} nor rule documents"
        raise InputError("no-rules", cause, Location(str(path)), "name a pack, or a file of rules")
    return _joined(read_document(read_bytes(file, MAX_BYTES), str(file)) for file in files)


def read_document(data: bytes, path: str) -> Known:
    """The rules of a document: an export, an answer of a supervisor, or a file for import.

    A document that is no rule document gives one error and no rules.
    """
    rules: list[Found] = []
    errors: list[TranslatorError] = []
    try:
        for each in read_rules(data, path):
            if isinstance(each, InputError):
                errors.append(each)
            else:
                rules.append(Found(each))
    except InputError as error:
        errors.append(error)
    return Known(tuple(rules), tuple(errors))


def known_of(manifest: Manifest, files: Mapping[str, bytes]) -> Known:
    """The rules of a pack that is not written yet."""
    joined = _joined(read_document(files[name], name) for name in _names(manifest))
    return Known(_with_entries(joined.rules, manifest), joined.errors, (), manifest)


def _names(manifest: Manifest) -> list[str]:
    return list(dict.fromkeys(each.file for each in manifest.rules))


def _read_pack(folder: Path, manifest: Manifest) -> Known:
    parts = []
    for name in _names(manifest):
        try:
            data = read_bytes(_inside(folder, name), MAX_BYTES)
        except InputError as error:
            parts.append(Known((), (error,)))
            continue
        edited = _edited(folder / name, data, manifest.files.get(name, ""))
        part = read_document(data, str(folder / name))
        parts.append(Known(part.rules, part.errors, tuple(edited)))
    joined = _joined(parts)
    return Known(_with_entries(joined.rules, manifest), joined.errors, joined.edited, manifest)


def _inside(folder: Path, name: str) -> Path:
    """The file of a pack; a manifest that was tampered with leads nowhere else.

    Raises: InputError(manifest-invalid).
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        cause = f"the file {name[:80]!r} is outside of the pack"
        raise InputError("manifest-invalid", cause, Location(str(folder / manifests.NAME)), "build it again")
    return path


def _edited(path: Path, data: bytes, digest: str) -> Iterator[TranslatorError]:
    if sha256(data).hexdigest() != digest:
        cause = "the file was changed after the pack was built"
        yield TranslatorError(EDITED, cause, Location(str(path)), "put the change into overrides.yaml")


def _with_entries(rules: Iterable[Found], manifest: Manifest) -> tuple[Found, ...]:
    entries = {each.event_type: each for each in manifest.rules}
    return tuple(Found(each.parsed, entries.get(each.rule.incident.event_type)) for each in rules)


def _joined(parts: Iterable[Known]) -> Known:
    found = list(parts)
    return Known(
        tuple(rule for part in found for rule in part.rules),
        tuple(error for part in found for error in part.errors),
        tuple(error for part in found for error in part.edited),
    )
