"""The keyring of the system, where a password can be kept out of commands and files."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def kept_password(service: str, user: str) -> str | None:
    """The password that the system keeps; None where the keyring library or the entry is missing."""
    try:
        keyring: Any = import_module("keyring")
        errors: Any = import_module("keyring.errors")
    except ImportError:
        return None
    try:
        password: str | None = keyring.get_password(service, user)
    except errors.KeyringError:
        return None
    return password
