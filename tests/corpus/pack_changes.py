"""Changes as they happen to a public collection over time, planted in a copy of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from translator.pack.manifest import ManifestRule

_NEW = """title: Planted Rule {number}
id: 00000000-0000-4000-8000-{number:012}
status: test
{related}logsource:
    product: windows
    category: process_creation
detection:
    selection:
        CommandLine|contains: 'planted value {number}'
    condition: selection
level: medium
"""


@dataclass
class Planted:
    """Sigma ids by the kind of change that was made to their rules."""

    folder: Path
    ids: dict[str, list[str]] = field(default_factory=dict)

    def all_of(self, *kinds: str) -> list[str]:
        return [each for kind in kinds for each in self.ids[kind]]


def plant(folder: Path, rules: list[ManifestRule]) -> Planted:
    """Change the files of a copy; ``rules`` are those of the pack, each alone in its file."""
    planted = Planted(folder)
    left = iter([each for each in rules if _is_plain(folder / each.path)])
    for kind, (count, change) in _CHANGES.items():
        for _ in range(count):
            rule = next(left)
            change(folder / rule.path)
            planted.ids.setdefault(kind, []).append(rule.sigma_id)
    for number in range(10):
        _write_new(folder, number, "")
        planted.ids.setdefault("new", []).append(f"00000000-0000-4000-8000-{number:012}")
    for number, old in enumerate(planted.ids["obsoleted"], 100):
        _write_new(folder, number, f"related:\n    - id: {old}\n      type: obsolete\n")
        planted.ids.setdefault("successor", []).append(f"00000000-0000-4000-8000-{number:012}")
    planted.ids["untouched"] = [each.sigma_id for each in left]
    return planted


def _is_plain(path: Path) -> bool:
    """Whether the text can be changed line by line."""
    text = path.read_text(encoding="utf-8")
    once = all(
        len(re.findall(f"(?m)^ *{key}: .", text)) == 1 for key in ("title", "id", "level", "condition")
    )
    return once and bool(re.search(r"(?m)^ +- attack\.t[0-9.]+$", text)) and "level: medium" in text


def _write_new(folder: Path, number: int, related: str) -> None:
    text = _NEW.format(number=number, related=related)
    (folder / f"planted_{number}.yml").write_text(text, encoding="utf-8")


def _edit(pattern: str, replacement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
        assert changed != text, path
        path.write_text(changed, encoding="utf-8")

    return change


def _move(path: Path) -> None:
    place = path.parent / "moved" / f"other_{path.name}"
    place.parent.mkdir(exist_ok=True)
    path.rename(place)


_CHANGES: dict[str, tuple[int, Callable[[Path], None]]] = {
    "moved": (20, _move),
    "title": (15, _edit(r"^title: (.*)$", r"title: Newly Named \1")),
    "level": (15, _edit(r"^level: medium$", "level: high")),
    "tag": (10, _edit(r"^( +)- attack\.t[0-9.]+$", r"\1- attack.t1029")),
    "narrowed": (
        15,
        _edit(
            r"^( +)condition: (.*)$",
            r"\1planted_filter:\n\1    CommandLine|contains: 'planted exception'\n"
            r"\1condition: (\2) and not planted_filter",
        ),
    ),
    "widened": (
        10,
        _edit(
            r"^( +)condition: (.*)$",
            r"\1planted_more:\n\1    CommandLine|contains: 'planted condition'\n"
            r"\1condition: (\2) or planted_more",
        ),
    ),
    "deleted": (10, Path.unlink),
    "obsoleted": (5, Path.unlink),
    "deprecated": (5, _edit(r"^status: .*$", "status: deprecated")),
}


def overrides(planted: Planted) -> Iterator[tuple[str, str]]:
    """Thirty overrides, on rules that change in each way and on rules that do not."""
    kinds = ("moved", "title", "level", "tag", "narrowed", "widened", "deleted", "obsoleted", "deprecated")
    chosen = [each for kind in kinds for each in planted.ids[kind][:2]] + planted.ids["untouched"][:12]
    texts = (
        "severity: 2",
        "exceptions: [{values: {user: backup}}]",
        "window: 10m",
        "disabled: true",
        "group_by: [hostName, user]",
    )
    for number, id_ in enumerate(chosen):
        yield id_, texts[number % len(texts)]
