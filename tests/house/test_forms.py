"""The authors' page has every type of question, once: how it is asked, or that it is refused."""

import re
from pathlib import Path

import pytest

from dialogs import check, plan, view
from dialogs.form import Kind

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "forms.md").read_text()
ASKED = PAGE.split("| type | how it is asked |")[1].split("\n\n")[0]
REFUSED = PAGE.split("**Refused:**")[1].split("\n\n")[0]


def test_every_type_is_asked_or_refused_and_the_page_says_which() -> None:
    asked = re.findall(r"^\| `(\w+)` \|", ASKED, re.MULTILINE)
    refused = set(re.findall(r"`([\w-]+)`", REFUSED))
    assert len(asked) == len(set(asked))
    assert set(asked) <= {str(kind) for kind in Kind}
    assert {str(kind) for kind in Kind} - set(asked) <= refused


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    for words in (
        f"at most {plan.BUTTONS} values",
        f"at most {view.NARROW} characters stand two in a row, longer than {view.WIDE} alone",
        f"More than {view.LONG} choices come in pages of {view.PAGE}",
    ):
        assert words in ASKED


@pytest.mark.parametrize("hint", sorted(check.QUESTION_HINTS))
def test_every_hint_of_a_question_is_on_the_page(hint: str) -> None:
    assert f"`body::tg:{hint}`" in PAGE


@pytest.mark.parametrize("picture", re.findall(r"\((pictures/[^)]*)\)", PAGE))
def test_every_picture_is_there_and_small(picture: str) -> None:
    assert (ROOT / "docs" / picture).stat().st_size < 600_000
