"""What a person saw, as a dialect profile: each answer is an entry with the status *observed*."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from translator.dialect.profile import Entry, ProfileFile, load_profile
from translator.errors import InputError, Location
from translator.pack.probe.probes import Probe, probes
from translator.sources.documents import read_yaml_file

CODE = "results-invalid"
_HINT = "fill in the results.yaml that translate probe build wrote"


class _Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str | float | int | None
    seen: dict[str, str | bool | None]


@dataclass(frozen=True)
class Reading:
    """The profile, the entries in which it differs from the default one, and the questions left open."""

    profile: ProfileFile
    changed: dict[str, tuple[bool | int | str, bool | int | str]]
    open: tuple[Probe, ...]


def read_results(path: Path, name: str) -> Reading:
    """The profile that the answers of a filled-in form make.

    Raises: InputError as read_yaml_file; InputError(results-invalid) with the question.
    """
    document = read_yaml_file(path)[0]
    try:
        results = msgspec.convert(document.content, _Results)
    except msgspec.ValidationError as error:
        raise InputError(CODE, str(error), document.location, _HINT) from error
    version = "" if results.version is None else str(results.version).strip()
    if not version:
        raise _wrong(document.location, "the version of the FortiSIEM is missing", "write version: 7.2.1")
    by_name = {each.name: each for each in probes()}
    unknown = [each for each in results.seen if each not in by_name]
    if unknown:
        raise _wrong(document.location, f"there is no question '{unknown[0][:60]}'", _HINT)
    entries: dict[str, Entry] = {}
    left: list[Probe] = []
    for probe in probes():
        answer = results.seen.get(probe.name)
        if answer is None or answer == "":
            left.append(probe)
        elif str(answer) not in probe.answers:
            hint = f"choose from {', '.join(probe.answers)}, or leave it empty"
            raise _wrong(document.location, f"'{str(answer)[:60]}' is no answer to {probe.name}", hint)
        else:
            source = f"probe {probe.name}: {answer}, FortiSIEM {version}"
            for key, value in probe.answers[str(answer)].items():
                entries[key] = Entry(value, "observed", source)
    known = load_profile().entries
    changed = {
        key: (known[key].value, entry.value)
        for key, entry in entries.items()
        if known[key].value != entry.value
    }
    count = f"{len(probes()) - len(left)} of {len(probes())} questions answered"
    summary = f"Observed on FortiSIEM {version}; {count}, otherwise as default."
    return Reading(ProfileFile(name, summary, entries, "default", version), changed, tuple(left))


def profile_text(profile: ProfileFile) -> str:
    """The profile as a file that ``--profile`` takes."""
    return yaml.safe_dump(msgspec.to_builtins(profile), sort_keys=False, allow_unicode=True, width=120)


def _wrong(place: Location, cause: str, hint: str) -> InputError:
    return InputError(CODE, cause, place, hint)
