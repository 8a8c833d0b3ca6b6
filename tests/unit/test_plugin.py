"""The backend for other Sigma tools: found as they look for it, and the same rules as on our own way."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError, SigmaFeatureNotSupportedByBackendError, SigmaValueError
from sigma.plugins import InstalledSigmaPlugins
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation, ReplaceStringTransformation
from sigma.rule import SigmaRule

from translator.errors import TranslatorError
from translator.plugin.backend import FortiSIEMBackend
from translator.plugin.pipeline import pipeline
from translator.plugin.plain import plain
from translator.render.expression import print_filter
from translator.render.registry import formats
from translator.translate import load, render, translate

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = ROOT / "translator" / "plugin" / "namespace"
RULES = ROOT / "sigma_rules"
EXAMPLE = RULES / "net_discovery.yml"
_LINE = re.compile(r'"line": (null|[0-9]+)')
"""The library does not say on which line of its file a rule begins."""


def collection(*files: Path) -> SigmaCollection:
    return SigmaCollection.load_ruleset(list(map(str, files)))


def ours(*files: Path) -> list[Any]:
    sources = [each for each in load(files) if not isinstance(each, TranslatorError)]
    return [each for source in sources for each in translate(source)]


def documents_of(rules: SigmaCollection) -> list[str]:
    """A document for each rule of the collection that can be translated."""
    texts: list[str] = []
    FortiSIEMBackend(collect_errors=True).convert(rules, callback=lambda *each: texts.append(each[-1]))
    return texts


def test_pysigma_finds_backend_and_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    before = InstalledSigmaPlugins.autodiscover()
    monkeypatch.syspath_prepend(str(NAMESPACE))
    plugins = InstalledSigmaPlugins.autodiscover()
    backend = plugins.backends["fortisiem"]
    assert issubclass(backend, FortiSIEMBackend)  # type: ignore[arg-type]  # the library names a class an object
    assert backend.__module__ == "sigma.backends.fortisiem"
    resolver = plugins.get_pipeline_resolver()
    assert resolver.resolve(["fortisiem"], "fortisiem").items == []
    assert plugins.backends.keys() >= before.backends.keys()
    assert plugins.pipelines.keys() >= before.pipelines.keys()
    assert plugins.validators.keys() == before.validators.keys()


def test_nothing_hides_the_plugins_of_others() -> None:
    files = {str(path.relative_to(NAMESPACE)) for path in NAMESPACE.rglob("*.py")}
    assert files == {"sigma/backends/fortisiem.py", "sigma/pipelines/fortisiem.py"}


@pytest.mark.parametrize("name", ["default", *formats()])
def test_each_format_is_that_of_the_command(name: str) -> None:
    text = FortiSIEMBackend(pipeline()).convert(collection(EXAMPLE), name)
    wanted = render([each.page for each in ours(EXAMPLE)], "rule-xml" if name == "default" else name)
    assert _LINE.sub("", f"{text}\n") == _LINE.sub("", wanted)
    assert name in FortiSIEMBackend.formats


def test_every_example_gives_the_same_rule() -> None:
    compared = 0
    for file in sorted([*RULES.glob("*.yml"), *(RULES / "correlations").glob("*.yml")]):
        if ".fixture" in file.name:
            continue
        try:
            rules = collection(file)
        except SigmaError:  # the library does not know all of the specification
            continue
        try:
            texts = documents_of(rules)
        except SigmaError:  # a reference that is resolved on our way alone
            continue
        wanted = [render([each.page]) for each in ours(file) if each.rule is not None]
        assert sorted(texts) == sorted(wanted), file
        compared += len(wanted)
    assert compared > 40


def test_a_refusal_is_an_error_of_the_library() -> None:
    file = RULES / "vip_account_created.yml"
    with pytest.raises(SigmaFeatureNotSupportedByBackendError, match="placeholder-unresolved"):
        FortiSIEMBackend().convert(collection(file))
    backend = FortiSIEMBackend(collect_errors=True)
    assert "<Name>" in backend.convert(collection(file, EXAMPLE))
    assert [type(error) for _, error in backend.errors] == [SigmaFeatureNotSupportedByBackendError]


@pytest.mark.parametrize(
    "options",
    [{"profile": "x"}, {"robust": "x"}, {"strict": 1}, {"regex_case": "x"}, {"taxonomy": "no/such/file.yml"}],
)
def test_a_wrong_option_is_an_error_of_the_library(options: dict[str, Any]) -> None:
    with pytest.raises(SigmaValueError):
        FortiSIEMBackend(**options).convert(collection(EXAMPLE))


def test_options_are_those_of_the_command() -> None:
    text = FortiSIEMBackend(group_by="host", regex_case="inline").convert(collection(EXAMPLE))
    assert "<GroupByAttr>hostName</GroupByAttr>" in text
    assert "(?i)" in text


def _filter(transformation: Any) -> str:
    """The filter of a rule after a transformation of the user."""
    chosen = ProcessingPipeline(items=[ProcessingItem(transformation)])
    rules = SigmaCollection(
        [
            SigmaRule.from_dict(
                {
                    "title": "Example",
                    "logsource": {"product": "windows", "category": "process_creation"},
                    "detection": {"selection": {"Command|contains": "abc"}, "condition": "selection"},
                }
            )
        ]
    )
    return str(FortiSIEMBackend(chosen).convert(rules, "query"))


def test_pipelines_of_the_user_are_applied() -> None:
    assert 'command CONTAIN "abc"' in _filter(FieldMappingTransformation({"Command": "CommandLine"}))
    assert "xyz" in _filter(ReplaceStringTransformation("abc", "xyz"))


def test_a_correlation_of_changed_rules_is_refused() -> None:
    chosen = ProcessingPipeline(items=[ProcessingItem(FieldMappingTransformation({"a": "b"}))])
    backend = FortiSIEMBackend(chosen, collect_errors=True)
    backend.convert(collection(RULES / "correlations" / "discovery_burst.yml"))
    assert "leave the pipeline out" in str(backend.errors[-1][1])


def test_texts_are_taken_as_they_were_written() -> None:
    text = r"\\a\*\?b\c\*d\\e"
    rule = SigmaRule.from_dict(
        {
            "title": "Example",
            "logsource": {"product": "windows", "category": "process_creation"},
            "detection": {
                "one": {
                    "Image": text,
                    "CommandLine|re": r"\\a\*b",
                    "a|contains|all": ["x", "y"],
                    "c": [1, 2.5],
                },
                "two": [text, 5, "z"],
                "three": [{"a": None}, {"b|exists": True, "|contains": "k"}],
                "condition": ["one", "two and three"],
            },
        }
    )
    assert plain(rule)["detection"] == {
        "one": {"Image": text, "CommandLine|re": r"\\a\*b", "a|contains|all": ["x", "y"], "c": [1, 2.5]},
        "two": [text, 5, "z"],
        "three": [{"a": None}, {"b|exists": True, "|contains": "k"}],
        "condition": ["one", "two and three"],
    }


def test_each_rule_goes_through_the_callback() -> None:
    seen = []

    def note(rule: Any, output_format: str | None, index: int, condition: Any, result: Any) -> Any:
        seen.append((rule.title, output_format, index, result))
        return result

    text = FortiSIEMBackend().convert(collection(EXAMPLE), "query", callback=note)
    assert seen == [("Share Discovery With Net", "query", 0, f"{text}\n")]
    changed = FortiSIEMBackend().convert(collection(EXAMPLE), callback=lambda *_: "changed")
    assert changed == ["changed"]
    assert FortiSIEMBackend().convert(collection(EXAMPLE), callback=lambda *_: None) == ""


def test_one_rule_alone() -> None:
    (rule,) = collection(EXAMPLE).rules
    assert isinstance(rule, SigmaRule)
    (text,) = FortiSIEMBackend().convert_rule(rule, "query")
    (wanted,) = ours(EXAMPLE)
    assert print_filter(wanted.rule.sub_patterns[0].filter) in text


def test_notes_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        FortiSIEMBackend().convert(collection(RULES / "defender_weakened.yml"), "query")
    assert {record.levelno for record in caplog.records} == {logging.INFO, logging.WARNING}
    assert all("defender_weakened.yml" in record.getMessage() for record in caplog.records)
