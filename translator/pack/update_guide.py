"""``UPDATE.md``: what a person does with a renewed pack where the one before it is deployed."""

from __future__ import annotations

from translator.pack.build import Pack
from translator.pack.meaning.rules import Kind
from translator.pack.read import Known
from translator.pack.update import GONE, Fate, Local, Step, Update
from translator.render.templating import render_template

NAME = "UPDATE.md"


def text(update: Update, old: Known, pack: Pack) -> str:
    """The guide of an update from the old pack to this one."""
    before = old.manifest.files if old.manifest else {}
    files = {each.file for each in pack.manifest.rules}
    changed = sorted(file for file in files if pack.manifest.files[file] != before.get(file))
    return render_template(
        "pack/update.md.j2",
        files=changed,
        gone=[step for step in update.steps if step.fate in GONE],
        renamed=[step for step in update.of(Fate.CHANGED) if step.renamed],
        new=update.of(Fate.NEW),
        changed=update.of(Fate.CHANGED),
        kept=update.of(Fate.KEPT),
        by_hand=[step for step in update.steps if step.local is Local.CHANGED],
        meaning=meaning,
    )


def meaning(step: Step) -> str:
    """What the change means for what fires, in a word or two."""
    if step.pair is None:
        return ""
    kind = step.pair.meaning.kind
    return step.pair.category.value if kind is Kind.SAME else kind.value
