"""The pages of the privacy policy say what /privacy says."""

import re

import pytest
from babel.messages.pofile import read_po

from bot import policy
from bot.words import LOCALES, Catalogs, Language

CATALOGS = Catalogs.read()


@pytest.mark.parametrize("language", CATALOGS.ready, ids=lambda language: language.code)
def test_the_pages_of_the_policy_are_what_the_catalogs_say(language: Language) -> None:
    """S1: `python -m bot.policy` writes them."""
    words = CATALOGS.words(language.code)
    page = policy.path(language).read_text(encoding="utf-8")
    assert page == policy.page(language, words)
    for sentence in policy.sentences("‹›", "‹›"):
        plain = words.say(sentence)
        assert plain.partition("‹›")[0].rstrip("\u2068 ") in page


def test_there_is_a_page_for_each_language_and_no_other() -> None:
    assert {path.name for path in policy.PAGES.glob("policy.*.md")} == {
        policy.path(language).name for language in CATALOGS.ready
    }


def test_people_are_told_of_what_remains_in_the_words_the_threat_model_quotes() -> None:
    """S35: every sentence in quotes is one of ours."""
    said = []
    for domain in ("chat", "forms"):
        with (LOCALES / "en" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            said += [str(entry.string) for entry in read_po(file)]
    quoted = re.findall(r"“(.+?)”(?=[ .|])", (policy.PAGES / "threats.md").read_text(encoding="utf-8"))
    assert len(quoted) > 10
    assert [each for each in quoted if not any(each in words for words in said)] == []
