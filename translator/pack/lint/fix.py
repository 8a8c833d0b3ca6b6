"""The repairs that leave what a rule detects as it is, made in the text of the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape

from translator.dialect.profile import Dialect
from translator.errors import InputError, Location, Refused
from translator.hardened_xml import root_of
from translator.lowering.portable import is_common
from translator.lowering.tokens import literal
from translator.model.expr import Expr, Pattern, Test, Text, Values
from translator.model.normal import flatten
from translator.model.walk import replace_tests
from translator.pack.lint.incidents import EVENT_TYPE
from translator.pack.lint.names import BOOKKEEPING, TECHNIQUE
from translator.pack.lint.patterns import may_contain, trimmed
from translator.pack.lint.source import Span, spans
from translator.parse.arguments import parse_list, parse_mapping
from translator.parse.expression import parse_filter
from translator.parse.lexer import tokenize
from translator.parse.rule_xml.document import RULE_TAGS
from translator.render.arguments import print_mapping
from translator.render.expression import print_filter
from translator.render.templating import attribute_text, element_text
from translator.taxonomy.attack import technique

Edit = tuple[int, int, str]
_CONDITIONS = ("SingleEvtConstr", "GroupEvtConstr", "GlobalConstr", "ClearConstr")
_LISTS = ("GroupByAttr", "AttrList")
_TEXTS = ("Name", "IncidentTitle")
_RENAMED = "compEventType"


def fixed(data: bytes, path: str, dialect: Dialect) -> bytes:
    """The document with everything repaired that can be; the same bytes where nothing can.

    Raises: InputError(rule-xml) when it cannot be read; InputError(fix-encoding) when it is not UTF-8.
    """
    root_of(data, path, "rule-xml")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        cause = "only documents in UTF-8 are repaired"
        raise InputError("fix-encoding", cause, Location(path), "save it as UTF-8") from error
    top = spans(text)
    rules = [span for tag in RULE_TAGS for span in top.every(tag)]
    edits = [edit for rule in rules for edit in _edits(rule, text, dialect)]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text.encode("utf-8")


def _edits(rule: Span, text: str, dialect: Dialect) -> Iterator[Edit]:
    yield from _bookkeeping(rule, text)
    for place, respell in (("technique", _techniques), ("active", _boolean)):
        if place in rule.values:
            yield from _changed(*rule.values[place], text, respell, attribute_text)
    repairs: dict[str, Callable[[str], str]] = {
        **dict.fromkeys(_TEXTS, _one_blank),
        **dict.fromkeys(_LISTS, _without_repeats),
        **dict.fromkeys(_CONDITIONS, lambda each: _condition(each, dialect)),
        "active": _boolean,
    }
    for tag, change in repairs.items():
        for span in rule.every(tag):
            if not span.children:
                yield from _changed(span.start, span.end, text, change, element_text)
    arguments = rule.first("IncidentDef/ArgList")
    if arguments is not None:
        yield from _changed(arguments.start, arguments.end, text, _arguments, element_text)


def _changed(
    start: int, end: int, text: str, change: Callable[[str], str], escape: Callable[[str], str]
) -> Iterator[Edit]:
    """The edit that a change of the decoded text needs; markup inside is left alone."""
    source = text[start:end]
    if "<" in source:
        return
    old = unescape(source)
    new = change(old)
    if new != old:
        yield start, end, str(escape(new))


def _bookkeeping(rule: Span, text: str) -> Iterator[Edit]:
    for name in BOOKKEEPING:
        if name in rule.attributes and rule.values[name][0] < rule.values[name][1]:
            yield (*rule.attributes[name], "")


def _one_blank(text: str) -> str:
    return " ".join(text.split())


def _boolean(text: str) -> str:
    word = text.strip().lower()
    return word if word in ("true", "false") else text


def _techniques(text: str) -> str:
    names = parse_list(text)
    proper = [each.upper() if technique(each.upper()) else each for each in names]
    return text if all(map(TECHNIQUE.fullmatch, names)) else ",".join(proper)


def _without_repeats(text: str) -> str:
    names = parse_list(text)
    return text if len(set(names)) == len(names) else ",".join(dict.fromkeys(names))


def _arguments(text: str) -> str:
    try:
        mapping = parse_mapping(text)
    except InputError:
        return text
    names = {each.name for each in mapping}
    if EVENT_TYPE not in names or _RENAMED in names:
        return text
    return print_mapping(
        tuple(
            type(each)(_RENAMED if each.name == EVENT_TYPE else each.name, each.sub_pattern, each.source)
            for each in mapping
        )
    )


def _condition(text: str, dialect: Dialect) -> str:
    """The condition without repetition, in double quotes, with the cheapest operator that does the same."""
    try:
        parsed = parse_filter(text)
    except InputError:
        return text
    if parsed.warnings:
        return text
    better = flatten(replace_tests(parsed.expr, lambda test: _test(test, dialect)))
    quotes = any(token.kind == "single" for token in tokenize(text))
    try:
        return print_filter(better) if better != parsed.expr or quotes else text
    except Refused:  # a name that no filter has
        return text


def _test(test: Test, dialect: Dialect) -> Expr:
    match test.operand:
        case Values(items) if len(set(items)) < len(items):
            return Test(test.term, test.operator, Values(tuple(dict.fromkeys(items))), test.negated)
        case Pattern(regex) if is_common(regex) and not dialect.holds("regexp.anchored"):
            short = trimmed(regex)
            plain = literal(short)
            if plain is not None and may_contain(test, plain, dialect):
                return Test(test.term, "contain", Text(plain), test.negated)
            return Test(test.term, test.operator, Pattern(short), test.negated)
    return test
