"""What the checks hand on: a hit in one rule, and the finding that is shown."""

from __future__ import annotations

from dataclasses import dataclass

from translator.errors import Location
from translator.pack.lint.codes import Code, Severity, codes

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One fault: its code, the line where it stands, and what exactly is wrong."""

    code: str
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault with the rule that has it; ``rule`` is empty where it concerns the whole document.

    ``translated``: the rule comes from a Sigma rule.
    """

    code: str
    location: Location
    rule: str
    text: str
    translated: bool = False

    @property
    def row(self) -> Code:
        """What the code means."""
        return codes()[self.code]

    @property
    def severity(self) -> Severity:
        """How bad it is in this rule."""
        return Severity.INFO if self.translated and self.row.asked else self.row.severity

    def __str__(self) -> str:
        rule = f" [{short(self.rule)}]" if self.rule else ""
        return f"{self.location}: {self.severity}: {self.code}: {self.text}{rule}"


def short(text: str, limit: int = _SHOWN) -> str:
    """A text on one line, and not longer than a reader looks at."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}..."
