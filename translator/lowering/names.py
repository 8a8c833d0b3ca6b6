"""Names that no two rules of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Names:
    """Names given so far in one run; a second rule of the same name gets a suffix from its Sigma id."""

    taken: dict[str, set[str]] = field(default_factory=dict)

    def unique(self, kind: str, name: str, suffix: str) -> str:
        """The name, or the name with as much of the suffix, and then a number, as makes it unique."""
        names = self.taken.setdefault(kind, set())
        candidate, number = name, 1
        while candidate.casefold() in names:
            candidate = f"{name}{suffix}" if number == 1 else f"{name}{suffix}{suffix[0]}{number}"
            number += 1
        names.add(candidate.casefold())
        return candidate

    def pair(self, name: str, event_type: str, suffix: str) -> tuple[str, str]:
        """Both names of a rule, unique: its own, and that of its incident's event type."""
        return self.unique("name", name, f" {suffix}"), self.unique("event type", event_type, f"_{suffix}")
