"""Flags of rule packs: what they are made with, from the command line, a ``pack.yaml`` or a manifest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

from translator.cli.options import FILE, options_from, profile_flag, translation_flags
from translator.errors import InputError, UsageError
from translator.options import Options
from translator.pack.settings import (
    Settings,
    TranslationFlags,
    check_settings,
    read_settings,
)

F = TypeVar("F", bound=Callable[..., Any])

_SELECTION = (
    ("product", "LIST", "Rules for these products only, such as windows,linux."),
    ("level", "LIST", "Rules of these levels only, such as critical,high."),
    ("status", "LIST", "Rules of these statuses only, such as stable,test."),
    ("tag", "LIST", "Rules with one of these tags only; * and ? stand for any text: attack.t1059*,cve.*."),
    ("include", "LIST", "Files and folders below DIR; * and ? stand for any text."),
    ("exclude", "LIST", "The same to leave out."),
)
_CUSTOMERS = (
    ("customers", "LIST", "Ids of the customers whose events the rules look at; all of them unless given."),
    ("except_customers", "LIST", "Ids of customers whose events the rules leave alone."),
)


def build_flags(command: F) -> F:
    """Add everything that decides what is in a pack."""
    flags = [
        click.option("--config", type=FILE, metavar="FILE", help="A pack.yaml; flags beside it win."),
        *(
            click.option(f"--{name}", metavar=word, multiple=True, help=text)
            for name, word, text in _SELECTION
        ),
        click.option("--since", metavar="DAY", help="Rules that were written or changed since: 2026-01-31."),
        click.option(
            "--overrides", type=FILE, metavar="FILE", help="Your changes to single rules, by Sigma id."
        ),
        click.option(
            "--prefix", metavar="TEXT", help="Beginning of names and event types; Sigma unless given."
        ),
        click.option(
            "--active/--inactive", default=None, help="Rules that fire once imported; inactive unless given."
        ),
        click.option(
            "--group", metavar="ID", help="Rule group in FortiSIEM; one for each product unless given."
        ),
        *(
            click.option(f"--{name.replace('_', '-')}", metavar=word, multiple=True, help=text)
            for name, word, text in _CUSTOMERS
        ),
        click.option(
            "--customers-together",
            is_flag=True,
            default=None,
            help="One incident may be about events of several customers.",
        ),
        click.option(
            "--one-file-per-rule",
            is_flag=True,
            default=None,
            help="A file for each rule, in folders like those below DIR; else files by log source and level.",
        ),
        click.option(
            "--max-bytes",
            type=click.IntRange(min=10_000),
            metavar="N",
            help="Largest rule file; 1,000,000 bytes unless given.",
        ),
    ]
    for flag in reversed(flags):
        command = flag(command)
    return translation_flags(profile_flag(command))


def settings_from(base: Settings | None = None, **flags: Any) -> tuple[Settings, Options]:
    """The settings: those of ``base`` or of the file of ``--config``, and the flags that were given.

    Raises: UsageError, for whatever is wrong with them.
    """
    try:
        config: Path | None = flags["config"]
        settings = read_settings(config) if config else base or Settings()
        settings = check_settings(_with_flags(settings, flags))
    except InputError as error:
        hint = f"see --{error.hint}" if error.location is None else error.hint
        raise UsageError(error.code, error.cause, error.location, hint) from error
    return settings, options_of(settings.translation)


def options_of(flags: TranslationFlags) -> Options:
    """The options of the translation. Packs are for the GUI, so rules have no ids."""
    values = msgspec.structs.asdict(flags)
    for name in ("placeholders", "groups"):
        values[name] = None if values[name] is None else Path(values[name])
    values["taxonomy"] = tuple(map(Path, values["taxonomy"]))
    return options_from(**values, ids=False)


def _with_flags(settings: Settings, flags: dict[str, Any]) -> Settings:
    replace = msgspec.structs.replace
    lists = {name: _members(flags[name]) for name, _, _ in (*_SELECTION, *_CUSTOMERS)}
    select: dict[str, Any] = {name: lists[name] for name, _, _ in _SELECTION if lists[name]}
    if flags["since"]:
        select["since"] = flags["since"]
    customers: dict[str, Any] = {}
    if lists["customers"]:
        customers["include"] = lists["customers"]
    if lists["except_customers"]:
        customers["exclude"] = lists["except_customers"]
    if flags["customers_together"]:
        customers["apart"] = False
    own = {
        name: flags[name]
        for name in ("prefix", "active", "group", "one_file_per_rule", "max_bytes")
        if flags[name] is not None
    }
    if flags["overrides"]:
        own["overrides"] = str(flags["overrides"])
    return replace(
        settings,
        **own,
        select=replace(settings.select, **select) if select else settings.select,
        customers=replace(settings.customers, **customers) if customers else settings.customers,
        translation=replace(settings.translation, **_translation(flags)),
    )


def _translation(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags of the translation that stand on the command line."""
    context = click.get_current_context()
    given = {}
    for name in (each.name for each in msgspec.structs.fields(TranslationFlags)):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = flags[name]
            given[name] = (
                tuple(map(str, value))
                if name == "taxonomy"
                else str(value)
                if isinstance(value, Path)
                else value
            )
    return given


def _members(texts: tuple[str, ...]) -> tuple[str, ...]:
    """A flag that may be repeated and whose values are separated by commas."""
    parts = (part.strip() for text in texts for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))
