"""Flags that several commands share, and the files behind them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from translator.cli.suggest import near_misses
from translator.dialect.profile import is_file_name, load_profile, profile_names
from translator.errors import InputError, TranslatorError, UsageError
from translator.model.syntax import IDENTIFIER
from translator.options import Options
from translator.taxonomy.levels import LEVELS

if TYPE_CHECKING:
    from translator.lowering.metadata import GroupBy
    from translator.sources.documents import Document

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, readable=False)
"""A path; whether it can be read shows when it is read, so that other files are not held up."""

json_flag = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON (keys in docs/commands.md)."
)


def _profile(context: click.Context, parameter: click.Parameter, name: str) -> str:
    """The name, which is that of a shipped profile or of a file that holds one."""
    if is_file_name(name):
        load_profile(name)
    elif name not in profile_names():
        known = ", ".join(map(repr, profile_names()))
        raise click.BadParameter(f"{name[:80]!r} is not one of {known}, and no file", context, parameter)
    return name


profile_flag = click.option(
    "--profile",
    callback=_profile,
    metavar=f"[{'|'.join(profile_names())}|FILE]",
    default="default",
    show_default=True,
    help="What FortiSIEM is assumed to do about letter case and absent attributes.",
)

_MANY_FLAGS = (
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processes at once; one per processor unless given. Results do not depend on it.",
    ),
    click.option(
        "--no-cache",
        is_flag=True,
        help="Neither use nor keep results of earlier runs (in $XDG_CACHE_HOME/sigma-fortisiem).",
    ),
)

_TRANSLATION_FLAGS = (
    click.option("--strict", is_flag=True, help='Refuse every rule that has a note above "info".'),
    click.option(
        "--taxonomy",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="Your log sources and fields, on top of the shipped ones (docs/taxonomy.md); repeatable.",
    ),
    click.option(
        "--min-confidence",
        type=click.Choice(LEVELS),
        default="guess",
        show_default=True,
        help="Count event types and fields that are known less surely as unknown (docs/taxonomy.md).",
    ),
    click.option(
        "--placeholders",
        type=FILE,
        metavar="FILE",
        help="YAML file with the values of %placeholders%: one 'name: [value, ...]' for each.",
    ),
    click.option(
        "--groups",
        type=FILE,
        metavar="FILE",
        help="YAML file with placeholders that stand for a CMDB group or watch list: 'name: GROUP_ID'.",
    ),
    click.option(
        "--sources",
        default="primary",
        show_default=True,
        metavar="primary|all|LIST",
        help="Event types of a log source: those that published rules use; all; or those named (with "
        "commas).",
    ),
    click.option(
        "--robust",
        type=click.Choice(["on", "off"]),
        default="on",
        show_default=True,
        help="Guard negations, so that an absent attribute counts as in Sigma whatever FortiSIEM does; off "
        "gives shorter filters.",
    ),
    click.option(
        "--regex-case",
        type=click.Choice(["inline", "classes"]),
        help="Make text tests ignore letter case by themselves: (?i)x or [Xx].",
    ),
    click.option(
        "--group-by",
        default="filter",
        show_default=True,
        metavar="filter|host|minimal|LIST",
        help="Attributes that split matches into incidents: those of the filter and the host; the host "
        "alone; the host, process and user of the filter; or those named (with commas).",
    ),
    click.option(
        "--ids",
        is_flag=True,
        help="Write rule ids, for rules placed on the server; the GUI import wants none.",
    ),
)


def many_flags(command: F) -> F:
    """Add the flags for runs over many files."""
    for flag in reversed(_MANY_FLAGS):
        command = flag(command)
    return command


def translation_flags(command: F) -> F:
    """Add the flags that decide how rules are translated."""
    for flag in reversed(_TRANSLATION_FLAGS):
        command = flag(command)
    return command


def options_from(
    *,
    profile: str = "default",
    strict: bool,
    taxonomy: tuple[Path, ...],
    min_confidence: Any,
    placeholders: Path | None,
    groups: Path | None,
    sources: str,
    robust: str,
    regex_case: Any,
    group_by: str,
    ids: bool,
) -> Options:
    """The flags as options; files are read and checked here, before the first rule.

    Raises: UsageError for a file that cannot be read and for a value that means nothing.
    """
    try:
        options = Options(
            profile=profile,
            sources=sources if sources in ("primary", "all") else _list("--sources", sources),
            robust=robust == "on",
            regex_case=regex_case,
            group_by=_group_by(group_by),
            ids=ids,
            strict=strict,
            taxonomy=taxonomy,
            min_confidence=min_confidence,
            placeholders=read_placeholders(placeholders) if placeholders else {},
            groups=read_groups(groups) if groups else {},
        )
        _check(options)
    except TranslatorError as error:
        raise UsageError(error.code, error.cause, error.location, error.hint) from error
    return options


def _group_by(text: str) -> GroupBy:
    match text:
        case "filter" | "host" | "minimal":
            return text
    return _list("--group-by", text)


def _list(flag: str, text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise UsageError("empty-list", f"{flag} names nothing", hint="separate names by commas")
    return names


def _check(options: Options) -> None:
    """Names that the taxonomy does not know are typing mistakes."""
    if not (options.taxonomy or isinstance(options.group_by, tuple) or isinstance(options.sources, tuple)):
        return
    taxonomy = options.settings.taxonomy
    if isinstance(options.group_by, tuple):
        for name in options.group_by:
            if taxonomy.attribute_type(name) is None:
                # Reads all attributes of the product, which only this message needs.
                from translator.taxonomy.load import shipped_catalogue

                known = (each for names in shipped_catalogue().types.values() for each in names)
                raise _unknown(
                    "unknown-attribute",
                    f"--group-by: FortiSIEM has no attribute '{name}'",
                    near_misses(name, [*known, "filter", "host", "minimal"]),
                    "if yours has it, declare it in a --taxonomy file (docs/taxonomy.md)",
                )
    if isinstance(options.sources, tuple):
        event_types = {each.name for source in taxonomy.log_sources for each in source.event_types}
        for name in options.sources:
            if name not in event_types:
                raise _unknown(
                    "unknown-source",
                    f"--sources: no log source has an event type '{name}'",
                    near_misses(name, [*event_types, "primary", "all"]),
                    "docs/taxonomy.md shows how to describe one",
                )


def _unknown(code: str, cause: str, suggestion: str, otherwise: str) -> UsageError:
    return UsageError(code, cause, hint=suggestion or otherwise)


def read_placeholders(path: Path) -> dict[str, tuple[str, ...]]:
    """Values of placeholders from a YAML mapping of names to values or lists of values.

    Raises: InputError as read_yaml_file; UsageError(placeholders-invalid).
    """
    result: dict[str, tuple[str, ...]] = {}
    for document in _documents(path):
        for name, value in document.content.items():
            values = value if isinstance(value, list) else [value]
            if not values or not all(isinstance(each, str | int | float) for each in values):
                cause = f"'{name}' is neither a value nor a list of values"
                hint = f"write '{name}: [value, ...]'"
                raise UsageError("placeholders-invalid", cause, document.location, hint)
            result[name] = tuple(map(_spelt, values))
    return result


def read_groups(path: Path) -> dict[str, str]:
    """Placeholders and the natural ids of the groups that they stand for.

    Raises: InputError as read_yaml_file; UsageError(groups-invalid).
    """
    result: dict[str, str] = {}
    for document in _documents(path):
        for name, value in document.content.items():
            group = value.removeprefix("Group@") if isinstance(value, str) else ""
            if not IDENTIFIER.fullmatch(group):
                cause = f"'{name}' has no group id: {str(value)[:60]!r}"
                hint = f"write '{name}: PH_DYNLIST_...', letters, digits and _"
                raise UsageError("groups-invalid", cause, document.location, hint)
            result[name] = group
    return result


def _documents(path: Path) -> list[Document]:
    try:
        from translator.sources.documents import read_yaml_file  # loads the YAML reader

        return read_yaml_file(path)
    except InputError as error:
        if error.code != "not-a-mapping":
            raise
        raise InputError(error.code, error.cause, error.location, "write 'name: [value, ...]'") from error


def _spelt(value: str | int | float) -> str:
    """A value as its file spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
