"""Words told in English can be said again: the finished sentence, its template and its values."""

import json

from hypothesis import given
from hypothesis import strategies as st

from dialogs.told import Told, told

WORDS = st.text(max_size=30)


def test_what_is_told_is_the_finished_english_sentence() -> None:
    reason = told("expected {wanted}, found {found}", wanted="')'", found=told("the end"))
    whole = told("“{expression}” cannot be read: {reason}.", expression="( 1", reason=reason)
    assert whole == "“( 1” cannot be read: expected ')', found the end."
    assert (whole.template, whole.values) == (
        "“{expression}” cannot be read: {reason}.",
        {"expression": "( 1", "reason": reason},
    )
    assert told("At most {most} are read.", most=5_242_880) == "At most 5,242,880 are read."


@given(WORDS, WORDS)
def test_a_value_is_never_read_as_a_template(one: str, other: str) -> None:
    """S13: what an author wrote is only words, whatever braces it has."""
    assert told("{one}, {other}", one=one, other=other) == f"{one}, {other}"
    assert told("{other}", other="{one}", one=one) == "{one}"


@given(WORDS, st.integers())
def test_what_is_told_comes_back_from_json_as_it_was(words: str, number: int) -> None:
    there = told("{name} {reason}", name=words, reason=told("more than {most}", most=number))
    back = Told.from_plain(json.loads(json.dumps(there.plain())))
    assert (back, back.plain()) == (there, there.plain())
