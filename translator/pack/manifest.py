"""``manifest.json``: what is in a pack, what it was made from, and what to compare later."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from translator.errors import InputError, Location
from translator.pack.settings import Settings

NAME = "manifest.json"
FORMAT = 1
MAX_BYTES = 200_000_000


class ManifestNote(msgspec.Struct, frozen=True):
    """A note of the translation."""

    code: str
    effect: str
    text: str


class ManifestRule(msgspec.Struct, frozen=True):
    """One rule. ``key`` is the Sigma id, or the title of a rule without one; ``condition`` counts from 0.

    ``version`` is the day of Sigma's last change. ``sha256_source`` is that of the Sigma file, ``sha256``
    that of the rule's document when it stands alone. ``fidelity`` is the worst that its notes say.
    ``changed`` are the keys of its override. ``file`` and ``events`` are paths in the pack; ``no_event`` says
    why there is no test event for the rule.
    """

    key: str
    condition: int
    sigma_id: str
    title: str
    path: str
    line: int | None
    version: str
    status: str
    level: str
    log_source: str
    name: str
    event_type: str
    severity: int
    active: bool
    wave: int
    fidelity: str
    file: str
    sha256_source: str
    sha256: str
    replaces: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    disabled: bool = False
    keep: bool = False
    events: str = ""
    no_event: str = ""
    notes: tuple[ManifestNote, ...] = ()


class Left(msgspec.Struct, frozen=True):
    """A rule that was selected and has no translation, or an override that nothing was found for."""

    key: str
    title: str
    path: str
    reasons: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True):
    """A pack in one document. ``files`` has the SHA-256 of every other file of it."""

    format: int
    program: str
    settings: Settings
    rules: tuple[ManifestRule, ...]
    refused: tuple[Left, ...]
    unused_overrides: tuple[Left, ...]
    files: Mapping[str, str]


def write_manifest(manifest: Manifest) -> bytes:
    """The document, with keys in the order of the classes."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read_manifest(data: bytes, path: str) -> Manifest:
    """The manifest of a pack.

    Raises: InputError(manifest-invalid) with the path in the document that does not fit.
    """
    place = Location(path)
    hint = "build the pack again"
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise InputError("manifest-invalid", str(error), place, hint) from error
    if manifest.format != FORMAT:
        cause = f"the manifest has format {manifest.format}, this program reads format {FORMAT}"
        raise InputError("manifest-invalid", cause, place, hint)
    return manifest
