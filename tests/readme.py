"""Parts of documents that are made from what the code knows: ``<!-- name -->`` to ``<!-- /name -->``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = ROOT / "README.md"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def folded(title: str, text: str) -> str:
    """Text that shows when its title is clicked."""
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def keep(name: str, content: str, request: pytest.FixtureRequest, document: Path = README) -> None:
    """Compare a part with what it should be; with --update-golden, write it."""
    text = document.read_text(encoding="utf-8")
    part = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
    found = part.search(text)
    assert found, f"{document.name} has no part '{name}'"
    wanted = f"<!-- {name} -->\n{content}\n<!-- /{name} -->"
    if request.config.getoption("--update-golden"):
        document.write_text(part.sub(lambda _: wanted, text), encoding="utf-8")
    else:
        assert found[0] == wanted, "run pytest with --update-golden"
