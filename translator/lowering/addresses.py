"""The address of a page, of which host, path and query stand in attributes of their own.

Scheme and port stand in none, so what a condition says of them is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from translator.lowering.composites import SplitHolder
from translator.lowering.cuts import cuts
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.holders import Caveat, Holder, TextHolder
from translator.lowering.regex import flags_of
from translator.model.expr import Expr, Not, all_of, any_of
from translator.notes import ADDRESS_IN_PARTS, Effect

_SCHEME = "://"
_SCHEMES = ("http://", "https://")
_NO_HOST = re.compile(r"[^\w.:%\[\]~-]")
"""What the name of a host does not have."""
_PORT = re.compile(r"(?!://)(?::\d*|\d+)(?:/.*)?", re.DOTALL)
_ROOT = Glob(("/", Wild.ANY))
"""Any path."""


@dataclass(frozen=True)
class UrlHolder(Holder):
    """Attributes with the host, the path and the query of an address."""

    host: TextHolder
    path: TextHolder
    query: TextHolder

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.host.attribute, *self._rest.attributes)

    @property
    def _rest(self) -> SplitHolder:
        return SplitHolder(self.path, self.query, "?", at_last=False, always=False, lone_head=True)

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        return any_of([self._both(*cut) for cut in self._cuts(wanted)])

    def _both(self, host: Glob, rest: Glob) -> Expr:
        members = [] if host.is_anything else [self.host.text(host)]
        if not rest.is_anything and rest != _ROOT:
            members.append(self._rest.text(rest))
        return all_of(members) if members else Not(self.absent())

    def _cuts(self, wanted: Glob) -> list[tuple[Glob, Glob]]:
        """Every way to find a host, and path and query after it; or these alone, where no host is logged."""
        found = [(host, rest) for start, rest in _cuts(wanted) if (host := _host_of(start)) is not None]
        opens = wanted.parts[:1] == (Wild.ANY,)
        if opens:  # the first cut has all of the value after the host, and so what others look for there
            found = found[:1] + [cut for cut in found[1:] if not cut[0].is_anything]
        if not found or not (opens or _is_absolute(wanted)):
            found.insert(0, (Glob((Wild.ANY,)), wanted))
        rest = _beyond_scheme(wanted)
        if rest is not None:
            found += [(rest, rest)] if rest.is_anything else self._cuts(rest)
        return found

    def asks_for_nothing(self, wanted: Glob) -> bool:
        return any(self._rest.asks_for_nothing(rest) for _, rest in self._cuts(wanted))

    def caveats(self, wanted: Glob) -> Iterator[Caveat]:
        hosts = [host for host, _ in self._cuts(wanted)]
        text = f"{self.words} hold an address without its scheme and port, which are not tested"
        in_scheme = wanted.parts[:1] != (Wild.ANY,) or _beyond_scheme(wanted) is not None
        if in_scheme or wanted.demands(":") or any(not host.is_anything for host in hosts):
            yield Caveat(ADDRESS_IN_PARTS, Effect.WIDER, text)
        if _begins_in_scheme(wanted) or any(map(_may_be_port, (*hosts, wanted))):
            yield Caveat(ADDRESS_IN_PARTS, Effect.NARROWER, text)

    def pattern(self, pattern: str) -> Expr:
        across = [self._across(*cut) for cut in cuts(pattern, "/") or ()]
        return any_of([self._rest.pattern(pattern), self.host.pattern(pattern), *across])

    def _across(self, before: str, after: str) -> Expr:
        flags, body = flags_of(after)
        host = self.host.pattern(before) if flags_of(before)[1] != "$" else Not(self.host.absent())
        return all_of([host, self.path.pattern(f"{flags}^/{body.removeprefix('^')}")])

    def caveats_of_pattern(self, pattern: str) -> Iterator[Caveat]:
        if cuts(pattern, "/") is None or _SCHEME in pattern.replace("\\", ""):
            text = f"the pattern '{pattern}' is not searched across the parts of an address: {self.words}"
            yield Caveat(ADDRESS_IN_PARTS, Effect.NARROWER, text)

    def absent(self) -> Expr:
        return self.path.absent()


def _is_absolute(wanted: Glob) -> bool:
    """Whether the value begins like an address with a scheme."""
    match wanted.parts:
        case (str() as text, *_):
            return any(text.lower().startswith(each) or each.startswith(text.lower()) for each in _SCHEMES)
    return False


def _beyond_scheme(wanted: Glob) -> Glob | None:
    """What is left of a value whose first text may stand in the scheme; a slash stands in each path too."""
    match wanted.parts:
        case (Wild.ANY, str() as text, *after) if after and text != "/":
            inside = any(text.lower() in each for each in _SCHEMES)
            return Glob.of((Wild.ANY, *after)) if inside else None
    return None


def _begins_in_scheme(wanted: Glob) -> bool:
    """Whether the first wildcard may stand for a part of the scheme."""
    match wanted.parts:
        case (str() as text, *_):
            return _SCHEME not in text and any(each.startswith(text.lower()) for each in _SCHEMES)
    return False


def _cuts(wanted: Glob) -> Iterator[tuple[Glob, Glob]]:
    """Every way to cut the value before the slash that a path begins with."""
    for position, part in enumerate(wanted.parts):
        before, after = wanted.parts[:position], wanted.parts[position + 1 :]
        if part is Wild.ANY:
            yield Glob.of((*before, part)), Glob.of((part, *after))
        elif part is Wild.ONE or (isinstance(part, AnyOf) and "/" in part.characters):
            yield Glob.of(before), Glob.of(("/", *after))
        elif isinstance(part, str):
            for at in _slashes(part):
                yield Glob.of((*before, part[:at])), Glob.of((part[at:], *after))


def _slashes(text: str) -> Iterator[int]:
    """Where slashes stand that are none of a scheme."""
    for found in re.finditer("/", text):
        at = found.start()
        if not (text[max(0, at - 1) : at + 2] == _SCHEME or text[max(0, at - 2) : at + 1] == _SCHEME):
            yield at


def _host_of(start: Glob) -> Glob | None:
    """What the start of an address asks of its host, None where no address begins so."""
    host = _after_scheme(start.parts)
    if host is None or any(isinstance(part, str) and _NO_HOST.search(part) for part in host.parts):
        return None
    return _without_port(host) if host.parts else None


def _without_port(host: Glob) -> Glob:
    for position, part in enumerate(host.parts):
        if isinstance(part, str) and ":" in part and "[" not in part:
            return Glob.of((*host.parts[:position], part.partition(":")[0]))
    return host


def _may_be_port(host: Glob) -> bool:
    """Whether what is asked of the host, or of all, may stand in the port behind it."""
    return any(isinstance(part, str) and _PORT.fullmatch(part) is not None for part in host.parts[1:])


def _after_scheme(parts: tuple[Part, ...]) -> Glob | None:
    for position, part in enumerate(parts):
        if isinstance(part, str) and _SCHEME in part:
            return Glob.of((part.partition(_SCHEME)[2], *parts[position + 1 :]))
    match parts:
        case (Wild.ANY, str() as text, *rest) if text.startswith("/"):
            return Glob.of((text.removeprefix("/").removeprefix("/"), *rest))
        case (Wild.ANY, *_):
            return Glob(parts)
        case (str() as text, Wild.ANY, *rest) if any(each.startswith(text.lower()) for each in _SCHEMES):
            return Glob.of((Wild.ANY, *rest))
    return None
