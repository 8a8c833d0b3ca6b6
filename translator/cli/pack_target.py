"""``translate pack target``: the names that a server knows, as a file for ``--target``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from translator.cli.connection import SERVER, connected, moment, query_flags, span, unlisted_flag
from translator.cli.console import print_json, say
from translator.cli.options import FILE, json_flag
from translator.cli.output import write_file
from translator.errors import EXIT_OK, UsageError
from translator.pack.attributes import read_attributes
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import read_bytes


@click.command(short_help="Write down which names a server knows, for checks.", no_args_is_help=True)
@click.option("-o", "--output", type=FILE, required=True, metavar="FILE", help="The file for --target.")
@click.option(
    "--attributes",
    type=FILE,
    metavar="FILE",
    help="Saved answer of config/eventAttributeType, instead of asking for it.",
)
@click.option(
    "--last",
    metavar="SPAN",
    help="Event types: those of the events that came in this time, as 30d; unless given, none are asked.",
)
@unlisted_flag
@query_flags
@json_flag
def target(
    output: Path,
    attributes: Path | None,
    last: str | None,
    unlisted: bool,
    url: str,
    api: str,
    patience: float,
    as_json: bool,
    **flags: Any,
) -> int:
    """Write the attributes and event types that a server knows to a file, for translate pack lint --target.

    \b
    translate pack target --url https://siem.example --last 30d --unlisted -o server.yaml
    translate pack lint pack/ --target server.yaml

    The public API lists no attributes: they come from an endpoint that --unlisted allows, or from a saved
    answer of it. Event types are those of an event query over --last. The server is only read.
    """
    if not unlisted and attributes is None and last is None:
        hint = "give --last 30d for event types, --unlisted or --attributes FILE for attributes"
        raise UsageError("usage", "nothing is asked for", hint=hint)
    found: dict[str, Any] = {}
    if attributes is not None:
        found["attributes"] = _by_type(read_attributes(read_bytes(attributes, MAX_BYTES), str(attributes)))
    if last is not None or (unlisted and attributes is None):
        length = None if last is None else span(last)
        server = {name: flags[name] for name in SERVER}
        with connected(url=url, api=api, patience=patience, unlisted=unlisted, **server) as client:
            from translator.pack.client.seen import event_types

            if attributes is None and unlisted:
                found["attributes"] = _by_type(
                    read_attributes(client.attributes(), client.session.server.host)
                )
            if length is not None:
                now = moment(None)
                found["event_types"] = event_types(
                    client, int((now - length).timestamp()), int(now.timestamp())
                )
    write_file(output, yaml.safe_dump(found, sort_keys=False, width=110, allow_unicode=True))
    count = sum(map(len, found.get("attributes", {}).values()))
    seen = len(found.get("event_types", ()))
    if as_json:
        print_json({"written": str(output), "attributes": count, "event_types": seen})
    else:
        say(f"Written to {output}: {count:,} attributes, {seen:,} event types")
    return EXIT_OK


def _by_type(types: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, type_ in types.items():
        found.setdefault(type_, []).append(name)
    return dict(sorted(found.items()))
