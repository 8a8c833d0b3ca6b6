"""detkit's ``RULE.test.yml`` beside ``RULE.yml``: events, each with ``expect: match`` or ``no_match``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from translator.errors import InputError, Location
from translator.harness.foreign.expectation import Expectation, each
from translator.harness.foreign.reading import converted, place_of, read_yaml
from translator.harness.foreign.rules import CODE, only_rule
from translator.taxonomy.document import Keys


class _Case(msgspec.Struct):
    event: dict[str, Any]
    name: str = ""
    expect: Literal["match", "no_match"] = "match"


class _File(msgspec.Struct):
    tests: Annotated[list[Any], Meta(min_length=1)]


def read(path: Path) -> Iterator[Expectation]:
    """What the file expects of the rule beside it.

    Raises: InputError with the line, for the file itself and for its rule.
    """
    document = read_yaml(path)
    events = []
    for number, item in enumerate(converted(document, document.content, _File).tests):
        keys: Keys = ("tests", number)
        case = converted(document, item, _Case, keys)
        events.append(each(case.event, place_of(document, keys), case.expect == "match", case.name))
    stem = path.name.removesuffix(path.suffix).removesuffix(".test")
    files = [path.with_name(stem + suffix) for suffix in (".yml", ".yaml")]
    file = next((each for each in files if each.is_file()), None)
    if file is None:
        cause = f"there is no rule {files[0].name} beside it"
        raise InputError(CODE, cause, Location(str(path)), "the test of RULE.yml is called RULE.test.yml")
    yield Expectation(only_rule(file, Location(str(path))), tuple(events), stem)
