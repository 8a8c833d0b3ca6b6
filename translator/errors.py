"""What can go wrong on the way, where it went wrong, and how the process ends."""

from __future__ import annotations

from dataclasses import dataclass

EXIT_OK = 0
"""Everything asked for was done."""
EXIT_FAILED = 1
"""A rule was refused, an input could not be read, or a check failed."""
EXIT_USAGE = 2
"""The command line itself was wrong."""
EXIT_BUG = 70
"""A defect of this program."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in the user's input. Lines and columns count from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


class TranslatorError(Exception):
    """Something the user can act on: a stable code, a cause, a place and a next step."""

    exit_code = EXIT_FAILED

    def __init__(self, code: str, cause: str, location: Location | None = None, hint: str = "") -> None:
        super().__init__(code, cause, location, hint)
        self.code = code
        self.cause = cause
        self.location = location
        self.hint = hint

    def at(self, location: Location) -> TranslatorError:
        """This error with a place, for callers that know where the input came from.

        A place already known is more precise and is kept.
        """
        return self if self.location else type(self)(self.code, self.cause, location, self.hint)

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        step = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.code}: {self.cause}{step}"


class InputError(TranslatorError):
    """The input cannot be read: no such file, not YAML, malformed filter text or XML."""


class Refused(TranslatorError):
    """The input is understood, but has no equal in FortiSIEM."""


class UsageError(TranslatorError):
    """The command line or an options file asks for something that does not exist."""

    exit_code = EXIT_USAGE
