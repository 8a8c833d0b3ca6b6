"""What proves who asks, kept out of everything that is shown."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from translator.errors import UsageError
from translator.kept_password import kept_password

SERVICE = "sigma-fortisiem"
"""Name under which passwords are kept in the keyring of the system, with the user as the account."""
HIDDEN = "***"
_FORM = "write organisation and user as in super/admin"


class Secret:
    """A text that shows in no message, no traceback and no log."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the request that needs it."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True)
class Password:
    """A user, written ``organisation/user``, and the password."""

    user: str
    password: Secret

    @property
    def header(self) -> str:
        """What goes into the header Authorization."""
        return f"Basic {base64.b64encode(f'{self.user}:{self.password.reveal()}'.encode()).decode()}"

    @property
    def hidden(self) -> tuple[str, ...]:
        """Everything that must not be shown."""
        return self.password.reveal(), self.header, self.header.removeprefix("Basic ")


@dataclass(frozen=True)
class Token:
    """A token that somebody made in the GUI or another program fetched."""

    token: Secret

    @property
    def header(self) -> str:
        """What goes into the header Authorization."""
        return f"Bearer {self.token.reveal()}"

    @property
    def hidden(self) -> tuple[str, ...]:
        """Everything that must not be shown."""
        return (self.token.reveal(),)


@dataclass(frozen=True)
class ClientKey:
    """An OAuth client, which is exchanged for a token."""

    client_id: str
    client_secret: Secret

    @property
    def hidden(self) -> tuple[str, ...]:
        """Everything that must not be shown."""
        return (self.client_secret.reveal(),)


Credentials = Password | Token | ClientKey


def find_credentials(
    environment: Mapping[str, str], user: str = "", keyring: Callable[[str], str | None] | None = None
) -> Credentials:
    """Who asks: from the environment, or from the keyring of the system.

    Looked for in this order: ``FORTISIEM_TOKEN``; ``FORTISIEM_CLIENT_ID`` and ``FORTISIEM_CLIENT_SECRET``;
    ``user`` or ``FORTISIEM_USER`` with ``FORTISIEM_PASSWORD``, else with what the keyring holds for the user.

    Raises: UsageError(credentials-missing | credentials-invalid).
    """
    if not user:
        if environment.get("FORTISIEM_TOKEN"):
            return Token(_secret("FORTISIEM_TOKEN", environment["FORTISIEM_TOKEN"]))
        client = environment.get("FORTISIEM_CLIENT_ID")
        if client:
            secret = environment.get("FORTISIEM_CLIENT_SECRET")
            if not secret:
                raise _missing("FORTISIEM_CLIENT_ID is set, FORTISIEM_CLIENT_SECRET is not")
            return ClientKey(client, _secret("FORTISIEM_CLIENT_SECRET", secret))
    name = user or environment.get("FORTISIEM_USER", "")
    if not name:
        raise _missing("neither FORTISIEM_TOKEN nor FORTISIEM_USER is set")
    organisation, slash, account = name.partition("/")
    if not (organisation and slash and account) or ":" in name:
        raise UsageError("credentials-invalid", f"'{name[:80]}' is no user of an organisation", hint=_FORM)
    password = environment.get("FORTISIEM_PASSWORD") or (keyring or partial(kept_password, SERVICE))(name)
    if not password:
        raise _missing(f"there is no password for '{name[:80]}'")
    return Password(name, _secret("FORTISIEM_PASSWORD", password))


def _secret(name: str, text: str) -> Secret:
    if not text.isprintable():
        cause = f"{name} holds a line end or a control character"
        raise UsageError("credentials-invalid", cause, hint="check how it is set")
    return Secret(text)


def _missing(cause: str) -> UsageError:
    hint = (
        "set FORTISIEM_TOKEN, or FORTISIEM_USER (organisation/user) and FORTISIEM_PASSWORD, or keep the "
        f"password with: keyring set {SERVICE} organisation/user"
    )
    return UsageError("credentials-missing", cause, hint=hint)
