"""Tables of earlier posts: what a mapping reads of them, and everything that is wrong told at once."""

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.elsewhere import STATEMENT, WORDS, Known, Post, Unusable, Wrong, posts, reader, sheet_of, wording
from bot.people import PURPOSES
from dialogs.answer import MAX_TEXT, canonical
from tests.deeds.stage import forms

ROOT = Path(__file__).parents[1]
MINIMAL = f"""
[columns]
text = "Post"
link = "Link"
date = "Date"
themes = "Topics"
[always]
language = "fr"
source = "A group"
[consent]
statement = "{STATEMENT}"
"""
KNOWN = Known(
    {form.name: form for form in forms()[:2]},
    {"fr": "fr", "francais": "fr", "malagasy": "mg", "mg": "mg"},
    {"mg": "MG", "madagascar": "MG"},
    {"testimony": {"food": "food", "nourriture": "food", "income": "income"}},
    date(2026, 11, 26),
)
HEAD = ("Post", "Link", "Date", "Topics")


def read(*rows: tuple[str, ...], mapping: str = MINIMAL) -> list[Post]:
    return posts([HEAD, *rows], reader(mapping), KNOWN)


def wrong(*rows: tuple[str, ...], mapping: str = MINIMAL) -> list[str]:
    with pytest.raises(Unusable) as fault:
        read(*rows, mapping=mapping)
    return str(fault.value).split("\n")


def test_a_row_is_a_post() -> None:
    [one] = read(("Le marché est fermé.", "1", "2020-04-03 00:00:00", "Nourriture; income"))
    assert (one.text, one.day, one.themes) == ("Le marché est fermé.", date(2020, 4, 3), ("food", "income"))
    assert (one.form, one.language, one.country, one.source) == ("testimony", "fr", "", "A group")


def test_everything_that_is_wrong_is_told_at_once_with_row_cause_and_remedy() -> None:
    assert wrong(
        ("", "1", "", ""),
        ("x", "2", "2031-01-01", ""),
        ("y", "3", "soon", "Weather"),
        ("z", "4", "", ""),
        ("z again", "4", "", ""),
        ("\N{REPLACEMENT CHARACTER}", "5", "", ""),
        ("w" * (MAX_TEXT + 1), "6", "", ""),
    ) == [
        "row 2, Post: there is no text. Write it, or leave the row out.",
        *(
            f"row {n}, Date: “{said}” is no day up to today. Write days as 2020-04-03, or say how they are "
            'written: date_format = "%d/%m/%Y".'
            for n, said in ((3, "2031-01-01"), (4, "soon"))
        ),
        (
            "row 4, Topics: “Weather” is no theme of the form testimony. Say under [themes] which it is, or "
            '"" to leave it out; there are food, income.'
        ),
        (
            "row 6, Link: it has the link of row 5 and says something else. Give each post a link of its own, or "
            "leave one of them out."
        ),
        "row 7, Post: some characters cannot be read. Save the file as a workbook, or as CSV in UTF-8.",
        f"row 8, Post: the text has {MAX_TEXT + 1} characters; {MAX_TEXT} are kept at most. Make two rows of it.",
    ]
    assert wrong() == ["There is no row in it. Look whether this is the right sheet."]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("text = ", "This is no TOML"),
        ("[columns]\ntxt = 'x'", "columns.txt: there is no such key"),
        ("[colums]", "colums: there is no such key"),
        (MINIMAL.replace('text = "Post"', ""), "columns.text: no column is named as the text"),
        (MINIMAL.replace('language = "fr"', ""), "columns.language: nothing says the language"),
        (MINIMAL.replace('source = "A group"', ""), "columns.source: nothing says the source"),
        (MINIMAL.replace(STATEMENT, "they would agree"), "consent.statement: it does not say"),
        (MINIMAL.replace(f'statement = "{STATEMENT}"', ""), "consent.statement: it does not say"),
        (f'{MINIMAL}allows = ["contact"]', "consent.allows: this is no list of purposes"),
        (f'{MINIMAL}allows = "share"', "consent.allows: this is no list of purposes"),
        (f"{MINIMAL}basis = 'x'", "consent.basis: there is no such key"),
        ("separator = 1", "separator: this is no text"),
        (MINIMAL.replace('"Post"', '"Poste"'), "row 1, Poste: there is no such column. The table has “Post”"),
        (MINIMAL.replace('"fr"', '"Klingon"'), "row 2, language: “Klingon” is no language we know"),
        (
            MINIMAL.replace("[always]", '[always]\nform = "letter"'),
            "row 2, form: “letter” is no form we know",
        ),
        (
            MINIMAL.replace("[always]", '[always]\ncountry = "Atlantis"'),
            "row 2, country: “Atlantis” is no country",
        ),
    ],
)
def test_what_a_mapping_may_not_say_is_told(mapping: str, said: str) -> None:
    assert any(line.startswith(said) for line in wrong(("x", "1", "", ""), mapping=mapping))


def test_the_same_row_has_one_key_and_another_row_another() -> None:
    """By its link where it has one; else by all it says."""
    with_link = read(("x", "1", "", ""), ("x", "1", "2020-01-01", ""))
    assert len(with_link) == 1
    bare = read(("x", "", "2020-01-01", ""), ("x", "", "2020-01-02", ""), ("x", "", "2020-01-01", "food"))
    assert len({each.key for each in bare}) == len(bare) == 2


@given(st.lists(st.tuples(st.text(), st.text(), st.text(), st.text()), max_size=6))
def test_any_table_is_read_or_refused_by_rows(rows: list[tuple[str, ...]]) -> None:
    """Whatever stands in it: posts, or a list of what is wrong; never half of it."""
    found: list[Post] | tuple[Wrong, ...]
    try:
        found = read(*rows)
    except Unusable as fault:
        found = fault.mistakes
    for each in found:
        if isinstance(each, Post):
            assert each.text == canonical(each.text) != ""
        else:
            assert each.cause
            assert each.remedy


def test_nobody_may_be_contacted_and_each_purpose_has_words_of_its_own() -> None:
    """S31: whatever a mapping says."""
    assert set(WORDS) == set(PURPOSES) - {"contact"}
    assert len({wording(each, "A group", "Open Hands") for each in WORDS}) == len(WORDS)
    assert wording("keep", "A group", "Open Hands") != wording("keep", "Another", "Open Hands")
    assert reader(MINIMAL).allows == ("keep",)


def test_the_sheet_is_the_one_with_the_text() -> None:
    sheets: Mapping[str, list[list[str]]] = {"notes": [["a"]], "posts": [["Post"], ["x"]]}
    assert sheet_of(sheets, reader(MINIMAL))[1] == ["x"]
    with pytest.raises(Unusable, match="there is no such sheet"):
        sheet_of(sheets, reader(f'sheet = "posts 2020"\n{MINIMAL}'))


def test_the_example_is_read_as_the_page_says() -> None:
    by = reader((ROOT / "deploy" / "import.toml").read_text("utf-8"))
    rows = list(csv.reader(StringIO((ROOT / "deploy" / "import.csv").read_text("utf-8"), newline="")))
    known = Known(
        KNOWN.forms,
        KNOWN.languages,
        KNOWN.countries,
        {"testimony": {each: each for each in ("food", "income", "health", "education")}},
        KNOWN.today,
    )
    found = posts(rows, by, known)
    assert [(each.form, each.language, each.country, each.themes) for each in found] == [
        ("testimony", "fr", "MG", ("food", "income", "health")),
        ("testimony", "mg", "MG", ("education",)),
        ("initiative", "fr", "MG", ()),
    ]
    assert found[0].author == found[2].author != found[1].author
    assert by.allows == ("keep", "share", "publish")
