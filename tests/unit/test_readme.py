"""The tables of the README say what the registries say; --update-golden writes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.conftest import ROOT
from tests.readme import README, folded, keep, table
from translator import load, operators, translate
from translator.dialect.profile import load_profile, profile_names
from translator.errors import TranslatorError
from translator.notes import CATALOGUE, Effect
from translator.render.expression import print_filter
from translator.render.registry import formats
from translator.sources.modifiers import KNOWN
from translator.taxonomy.lookup import LogSource, load_taxonomy

EXAMPLE = ROOT / "sigma_rules" / "net_discovery.yml"
SHOWN = 3
"""Event types of a log source in the table; the data files have all."""

MODIFIERS = {
    "contains, startswith, endswith": "CONTAIN or an anchored REGEXP; also with `re` and `fieldref`",
    "all, neq": "AND instead of OR; the negation",
    "re (i, m, s)": "REGEXP; what PCRE and RE2 do not share is refused; noted as wider unless `i`",
    "cased": "noted as wider: FortiSIEM ignores letter case",
    "cidr": "a network on attributes of type IP; on text, patterns of its prefixes",
    "base64, base64offset, utf16, utf16le, utf16be, wide": "the encoded text",
    "windash": "one pattern for all dashes",
    "exists": "IS NULL, IS NOT NULL",
    "fieldref": "attribute = attribute, noted as an assumption; refused for parts of values",
    "lt, lte, gt, gte": "numeric attributes only",
    "expand": "values from `--placeholders`, otherwise refused",
    "minute, hour, day, week, month, year": "`HourOfDay` for the hour; the others are refused",
}


def _formats() -> str:
    return table(
        ("format", "suffix", "what"), [(f"`{f.name}`", f.suffix, f.summary) for f in formats().values()]
    )


def _modifiers() -> str:
    return table(("modifier", "becomes"), list(MODIFIERS.items()))


def _operators() -> str:
    rows = []
    for row in operators.ROWS:
        spellings = " ".join(f"`{each}`" for each in (row.spelling, row.negated) if each)
        rows.append((spellings, row.shape.value, _case(row.name), row.source))
    return table(("operator", "takes", "letter case", "source"), rows)


def _case(name: str) -> str:
    entry = load_profile().entries.get(f"case.{name}")
    return f"{entry.value} ({entry.status})" if entry else ""


def _log_sources() -> str:
    known = [source for source in load_taxonomy().log_sources if _event_types(source)]
    products = Counter(source.id.product or "any product" for source in known)
    several = ", ".join(f"{name} {number}" for name, number in products.most_common() if number > 1)
    single = ", ".join(sorted(name for name, number in products.items() if number == 1))
    rows = [(source.key, _shown(_event_types(source)), str(len(source.fields))) for source in known]
    listed = folded("Event types and fields", table(("log source", "event types", "fields"), rows))
    return f"{len(known)} log sources: {several}; one each of {single}.\n\n{listed}"


def _event_types(source: LogSource) -> list[str]:
    named = [each.name for each in (*source.event_types, *source.families)]
    by_id = [source.by_id.template] if source.by_id else []
    prefix = [f"{source.prefix}*"] if source.prefix else []
    return list(dict.fromkeys(named or by_id or prefix))


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + more


def _notes() -> str:
    ranks = list(Effect)
    codes = sorted(CATALOGUE.values(), key=lambda code: (ranks.index(code.effect), code.name))
    rows = [(f"`{code.name}`", code.effect.value, code.meaning, code.remedy) for code in codes]
    return folded(f"The {len(rows)} codes", table(("code", "effect", "meaning", "what to do"), rows))


def _before() -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    detection = text[text.index("logsource:") : text.index("falsepositives:")].rstrip()
    return f"```yaml\n{detection}\n```"


def _after() -> str:
    (source,) = load([EXAMPLE])
    assert not isinstance(source, TranslatorError)
    (translation,) = translate(source)
    assert translation.rule is not None
    return f"```\n{print_filter(translation.rule.sub_patterns[0].filter)}\n```"


PARTS: dict[str, Callable[[], str]] = {
    "before": _before,
    "after": _after,
    "formats": _formats,
    "modifiers": _modifiers,
    "operators": _operators,
    "logsources": _log_sources,
    "notes": _notes,
}


@pytest.mark.parametrize("name", PARTS)
def test_a_generated_part_is_current(name: str, request: pytest.FixtureRequest) -> None:
    keep(name, PARTS[name](), request)


def test_every_modifier_is_in_the_table() -> None:
    named = set(re.findall(r"[a-z0-9]+", " ".join(MODIFIERS)))
    aliases = {"ignorecase": "i", "multiline": "m", "dotall": "s"}
    assert {aliases.get(name, name) for name in KNOWN} == named


def test_the_profiles_are_those_that_the_text_names() -> None:
    text = README.read_text(encoding="utf-8")
    assert set(profile_names()) == {"default", "case-strict", "sql-null"}
    assert "case-strict" in text


def test_each_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)", README.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing
