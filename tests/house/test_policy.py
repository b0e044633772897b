"""The pages of the privacy policy say what /privacy says."""

import pytest

from bot import policy
from bot.words import Catalogs

CATALOGS = Catalogs.read()


@pytest.mark.parametrize("language", CATALOGS.ready, ids=lambda language: language.code)
def test_the_pages_of_the_policy_are_what_the_catalogs_say(language: policy.Language) -> None:
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
