"""The pySigma backend: rules of a collection to documents of FortiSIEM.

pySigma reads the files and applies the pipelines that the user asked for. Without a pipeline that changes
something, what it read is taken as plain data and goes the way of any other file, so that both ways give the
same rules; with one, the conditions are taken as the library has them then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from sigma.collection import SigmaCollection
from sigma.conversion.base import Backend
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError, SigmaValueError
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaRule

from translator.dialect.profile import profile_names
from translator.errors import Location, Refused, TranslatorError
from translator.lowering.names import Names
from translator.notes import Effect
from translator.options import Options
from translator.plugin.plain import plain
from translator.render.registry import Format, Page, formats
from translator.sources.documents import Document
from translator.sources.linked import Shared
from translator.sources.rule_files import rule_sources, shared_of
from translator.sources.sigma import RuleSource
from translator.translate import RULE_FORMAT, Translation, translate

AnyRule = SigmaRule | SigmaCorrelationRule
Callback = Callable[[AnyRule, str | None, int, Any, Any], Any]
_log = logging.getLogger("sigma.backends.fortisiem")


def _unreachable(*arguments: object) -> NoReturn:
    raise AssertionError("rules are converted whole")


_bypassed: Any = _unreachable
_CHOICES: dict[str, tuple[str | None, ...]] = {
    "profile": tuple(profile_names()),
    "robust": ("on", "off"),
    "strict": ("on", "off"),
    "regex_case": (None, "inline", "classes"),
}


def _formats() -> dict[str, str]:
    found = {name: each.summary for name, each in formats().items()}
    return {"default": f"same as {RULE_FORMAT}", **found}


@dataclass(frozen=True)
class _Read:
    """A rule as pySigma has it, the plain data it was read from, and whether a pipeline came after that."""

    rule: AnyRule
    document: Document
    location: Location
    changed: bool


class FortiSIEMBackend(Backend):
    """Whole rules: filter, grouping, incident, ATT&CK, in the output formats of this program."""

    name: ClassVar[str] = "FortiSIEM correlation rules"
    identifier: ClassVar[str] = "fortisiem"
    formats: ClassVar[dict[str, str]] = _formats()
    requires_pipeline: ClassVar[bool] = False
    correlation_methods: ClassVar[dict[str, str] | None] = {
        "default": "sub-patterns, aggregate constraints and the relations between them"
    }

    def __init__(
        self,
        processing_pipeline: ProcessingPipeline | None = None,
        collect_errors: bool = False,
        *,
        profile: str = "default",
        sources: str = "primary",
        robust: str = "on",
        regex_case: Any = None,
        group_by: Any = "filter",
        strict: str = "off",
        taxonomy: str | list[str] = "",
        min_confidence: Any = "guess",
    ) -> None:
        """The options of the command ``translate``, as texts: ``-O profile=case-strict -O sources=all``."""
        super().__init__(processing_pipeline, collect_errors)
        files = ([taxonomy] if taxonomy else []) if isinstance(taxonomy, str) else taxonomy
        self.options = Options(
            profile=profile,
            sources=sources if sources in ("primary", "all") else tuple(sources.split(",")),
            robust=robust == "on",
            regex_case=regex_case,
            group_by=group_by if group_by in ("filter", "host", "minimal") else tuple(group_by.split(",")),
            strict=strict == "on",
            taxonomy=tuple(map(Path, files)),
            min_confidence=min_confidence,
        )
        self._chosen = {"profile": profile, "robust": robust, "strict": strict, "regex_case": regex_case}

    def convert(
        self,
        rule_collection: SigmaCollection,
        output_format: str | None = None,
        correlation_method: str | None = None,
        callback: Callback | None = None,
    ) -> Any:
        """One document of all rules; a list of texts where the callback changed some.

        Raises: SigmaError for the first rule that has no translation, unless errors are collected.
        """
        self._check_options()
        wanted = formats()[RULE_FORMAT if output_format in (None, "default") else str(output_format)]
        self.init_processing_pipeline(output_format)
        rule_collection.resolve_rule_references()
        pages, texts, changed = [], [], False
        for rule, translation in self._translations(rule_collection):
            text = wanted.render([translation.page])
            result = text
            if callback is not None:
                result = callback(rule, output_format, translation.index, None, text)
            if result is not None:
                pages.append(translation.page)
                texts.append(result)
                changed |= result is not text
        return texts if changed else self._joined(wanted, pages)

    def convert_rule(
        self, rule: SigmaRule, output_format: str | None = None, callback: Callback | None = None
    ) -> list[Any]:
        """The documents of one rule, one for each condition."""
        text = self.convert(SigmaCollection([rule]), output_format, callback=callback)
        return text if isinstance(text, list) else [text] if text else []

    def _check_options(self) -> None:
        """Here and not where they are given: only here other tools expect an error of the library.

        Raises: SigmaValueError.
        """
        for name, known in _CHOICES.items():
            value = self._chosen[name]
            if value not in known:
                choices = ", ".join(str(each) for each in known if each is not None)
                raise SigmaValueError(f"{name}={value} is not known; choose from {choices}")
        try:
            _ = self.options.settings
        except TranslatorError as error:
            raise SigmaValueError(str(error)) from error

    @staticmethod
    def _joined(wanted: Format, pages: list[Page]) -> str:
        """One document without its last line break, which other tools add."""
        return wanted.render(pages).removesuffix("\n") if pages else ""

    def _translations(self, collection: SigmaCollection) -> Iterator[tuple[AnyRule, Translation]]:
        read = [self._read(rule, index) for index, rule in enumerate(collection.rules)]
        shared = shared_of([each.document for each in read])
        names = Names()
        for each in read:
            try:
                for source in _sources(each, shared):
                    if isinstance(source, TranslatorError):
                        raise source
                    for translation in translate(source, self.options, names):
                        if translation.rule is None:
                            raise Refused(
                                translation.refusals[0].code.name, translation.refusals[0].text, each.location
                            )
                        _tell(translation)
                        yield each.rule, translation
            except TranslatorError as error:
                self._fail(each.rule, error)

    def _read(self, rule: AnyRule, index: int) -> _Read:
        path = getattr(rule.source, "path", None)
        location = Location(str(path) if path else "<rule>", getattr(rule.source, "line", None) or None)
        document = Document(plain(rule), location, index)
        changed = bool(self.last_processing_pipeline.items)
        if changed and isinstance(rule, SigmaRule):
            self.last_processing_pipeline.apply(rule)
        return _Read(rule, document, location, changed)

    def _fail(self, rule: AnyRule, error: TranslatorError) -> None:
        kind = SigmaFeatureNotSupportedByBackendError if isinstance(error, Refused) else SigmaValueError
        hint = f"; {error.hint}" if error.hint else ""
        sigma_error = kind(f"{error.code}: {error.cause}{hint}", source=rule.source)
        if not self.collect_errors:
            raise sigma_error from error
        self.errors.append((rule, sigma_error))  # type: ignore[arg-type]  # the library says the same of correlations

    # --- Never reached: conditions are lowered by the translation --------------------------------

    convert_condition_or = _bypassed
    convert_condition_and = _bypassed
    convert_condition_not = _bypassed
    convert_condition_as_in_expression = _bypassed
    convert_condition_field_eq_val_str = _bypassed
    convert_condition_field_eq_val_str_case_sensitive = _bypassed
    convert_condition_field_eq_val_num = _bypassed
    convert_condition_field_eq_val_timestamp_part = _bypassed
    convert_condition_field_eq_val_bool = _bypassed
    convert_condition_field_eq_val_re = _bypassed
    convert_condition_field_eq_val_cidr = _bypassed
    convert_condition_field_compare_op_val = _bypassed
    convert_condition_field_eq_field = _bypassed
    convert_condition_field_eq_val_null = _bypassed
    convert_condition_field_exists = _bypassed
    convert_condition_field_not_exists = _bypassed
    convert_condition_field_eq_query_expr = _bypassed
    convert_condition_val_str = _bypassed
    convert_condition_val_num = _bypassed
    convert_condition_val_re = _bypassed
    convert_condition_query_expr = _bypassed
    convert_correlation_event_count_rule = _bypassed
    convert_correlation_value_count_rule = _bypassed
    convert_correlation_temporal_rule = _bypassed
    convert_correlation_temporal_ordered_rule = _bypassed
    convert_correlation_extended_temporal_rule = _bypassed
    convert_correlation_extended_temporal_ordered_rule = _bypassed
    convert_correlation_value_sum_rule = _bypassed
    convert_correlation_value_avg_rule = _bypassed
    convert_correlation_value_percentile_rule = _bypassed
    convert_correlation_value_median_rule = _bypassed
    finalize_query_default = _bypassed
    finalize_output_default = _bypassed


def _sources(read: _Read, shared: Shared) -> Iterator[RuleSource | TranslatorError]:
    if not read.changed:
        yield from rule_sources([read.document], shared)
    elif isinstance(read.rule, SigmaRule):
        conditions = tuple(each.parsed for each in read.rule.detection.parsed_condition)
        yield RuleSource(read.document.content, read.rule, conditions, read.location, read.document.index)
    else:
        cause = "a correlation of rules that a pipeline changes is not translated"
        yield Refused("correlation", cause, read.location, "leave the pipeline out")


def _tell(translation: Translation) -> None:
    """The notes go to the log: warnings reach the terminal without any setting."""
    for note in translation.notes:
        level = logging.INFO if note.effect is Effect.INFO else logging.WARNING
        _log.log(level, "%s: %s", translation.title, note)
