"""``IMPORT.md``: what a person does with a pack, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from translator.pack.manifest import ManifestRule
from translator.pack.settings import Settings
from translator.pack.tables import LOOKUP_FOLDER
from translator.pack.waves import WAVES
from translator.render.templating import render_template


def text(rules: Sequence[ManifestRule], settings: Settings, files: Iterable[str]) -> str:
    """The guide of a pack with these rules and files."""
    count = Counter(each.wave for each in rules if not each.disabled)
    waves = [(number, wave, count[number]) for number, wave in enumerate(WAVES, 1) if count[number]]
    return render_template(
        "pack/import.md.j2",
        rules=rules,
        settings=settings,
        waves=waves,
        files=_rule_files(rules),
        tables=sorted(each for each in files if each.startswith(f"{LOOKUP_FOLDER}/")),
        disabled=[each for each in rules if each.disabled],
        with_events=sum(bool(each.events) for each in rules),
        without_event=Counter(each.no_event for each in rules if each.no_event).most_common(),
        fidelity=Counter(each.fidelity for each in rules),
    )


def _rule_files(rules: Sequence[ManifestRule]) -> Mapping[str, int]:
    found = Counter(each.file for each in rules)
    return dict(sorted(found.items()))
