"""The translations of the public Windows rules have no fault that is ours."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.corpus.test_windows_rules import windows_translations
from translator.dialect.profile import load_profile
from translator.pack.lint.check import Linter
from translator.pack.lint.codes import Severity
from translator.pack.lint.fix import fixed
from translator.pack.lint.setting import Setting
from translator.translate import render

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


def test_nothing_but_what_their_authors_ask_for_is_remarked(shared_root: Path) -> None:
    pages = [each.page for each in windows_translations(shared_root) if each.rule is not None]
    data = render(pages).encode()
    linter = Linter(Setting())
    findings = linter.check(data, "all.xml")
    print(f"{linter.rules} rules: {dict(Counter(each.code for each in findings))}")
    assert [str(each) for each in findings if each.severity is not Severity.INFO] == []
    assert len(findings) < len(pages) / 100
    assert fixed(data, "all.xml", load_profile()) == data
