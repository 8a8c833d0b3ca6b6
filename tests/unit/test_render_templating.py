from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, UndefinedError
from lxml import etree

from translator.render.folders import template_folders
from translator.render.templating import (
    attribute_text,
    element_text,
    environment,
    legal,
)

TEXTS = ["", " a ", "<&>\"'", "]]>", "a\r\nb\rc\td", "\u0085\u2028é𝄞", "&amp;"]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back_exactly(text: str) -> None:
    element = etree.fromstring(f'<a b="{attribute_text(text)}">{element_text(text)}</a>')
    assert element.get("b") == text
    assert (element.text or "") == text


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\udfff", "\ufffe", "\uffff"])
def test_characters_without_a_form_in_xml_are_replaced(character: str) -> None:
    assert legal(f"a{character}b") == "a\ufffdb"
    for text in (element_text(character), attribute_text(character)):
        assert etree.fromstring(f"<a>{text}</a>").text == "\ufffd"


def test_a_misspelt_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ rule.nmae }}").render(rule=object())


def test_what_a_template_does_not_escape_is_escaped() -> None:
    assert environment().from_string("{{ x }}").render(x='<a b="c">') == "&lt;a b=&#34;c&#34;&gt;"


def test_installed_templates_come_before_those_of_a_checkout(tmp_path: Path) -> None:
    package = tmp_path / "translator"
    for folder, text in ((package / "templates", "installed"), (tmp_path / "templates", "checkout")):
        folder.mkdir(parents=True)
        (folder / "t.j2").write_text(text, encoding="utf-8")
    (tmp_path / "templates" / "only.j2").write_text("checkout", encoding="utf-8")
    engine = Environment(loader=FileSystemLoader(template_folders(package)), autoescape=True)
    assert engine.get_template("t.j2").render() == "installed"
    assert engine.get_template("only.j2").render() == "checkout"
