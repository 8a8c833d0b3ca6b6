"""``pytest --sigma-fixtures DIR``: each event of each fixture file below DIR is a test.

The program itself is loaded when a fixture file is collected: pytest loads plugins in every run, also in
those that have nothing to do with this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from translator.harness.fixtures import CaseResult

_FLAG = "--sigma-fixtures"
_WORDS = {True: "fires", False: "does not fire", None: "cannot say"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag."""
    group = parser.getgroup("sigma-fortisiem", "Sigma rules and their FortiSIEM translations")
    group.addoption(
        _FLAG,
        action="append",
        default=[],
        metavar="DIR",
        help="run the fixture files of Sigma rules below a directory (docs/fixtures.md); repeatable",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The directories are collected beside the other arguments, or alone where there are none."""
    wanted = [str(Path(each).absolute()) for each in config.getoption(_FLAG)]
    if wanted:
        given = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
        config.args = [*given, *wanted]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A fixture file below one of the directories."""
    wanted = [Path(each).absolute() for each in parent.config.getoption(_FLAG)]
    if not any(map(file_path.is_relative_to, wanted)):
        return None
    from translator.sources.fixture_names import fixture_kind

    if fixture_kind(file_path) is None:
        return None
    collector: pytest.Collector = FixtureCollector.from_parent(parent, path=file_path)
    return collector


class FixtureCollector(pytest.File):
    """One fixture file; one that cannot be run is an error of the collection, with its next step."""

    def collect(self) -> Iterator[pytest.Item]:
        from translator.errors import TranslatorError
        from translator.harness.fixture_runs import run_file
        from translator.options import Options

        for result in run_file(self.path, Options()):
            if isinstance(result, TranslatorError):
                raise self.CollectError(str(result))
            name = f"{result.index}: {result.why}" if result.why else str(result.index)
            item: EventItem = EventItem.from_parent(self, name=name)
            item.result = result
            yield item


class EventItem(pytest.Item):
    """One event: both rules have to give the verdict that the file says."""

    result: CaseResult

    def runtest(self) -> None:
        if not self.result.ok:
            raise WrongVerdictError(self.result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The verdicts and the conditions that decide, without a traceback of this program."""
        error = excinfo.value
        return error.text if isinstance(error, WrongVerdictError) else str(excinfo.getrepr())

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class WrongVerdictError(Exception):
    """An event got another verdict than the fixture says."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.why)
        # The first line is what the summary at the end of a run shows.
        verdicts = (("expected", result.expected), ("Sigma", result.sigma), ("FortiSIEM", result.fortisiem))
        said = result.problem or "; ".join(f"{name}: {_WORDS[verdict]}" for name, verdict in verdicts)
        decides = () if result.problem else result.decides
        place = f"{result.file}, event {result.index}: {result.why}"
        self.text = "\n".join([said, place, *(f"  decided by {condition}" for condition in decides)])
