"""How wide a text is shown, in Latin letters."""

import pytest

from dialogs.letters import width


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("", 0),
        ("Water", 5),
        ("食物与水", 8),
        ("한국어", 6),
        ("ｗ", 2),
        ("e\u0301", 1),
        ("مَدْرَسَة", 5),
        ("क्\u200dष", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("👍🏽", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("🇲🇬", 2),
    ],
)
def test_a_text_is_as_wide_as_it_is_shown(text: str, wide: int) -> None:
    assert width(text) == wide
