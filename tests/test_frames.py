"""Code frames as files and from version to version; suggestions; and alpha against published examples."""

import json
import random
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot import codebook
from bot.agreement import Judged, alpha, of_each, overall
from bot.frame import Code, Frame, FrameFault, changes, of_form, succeed
from bot.suggesting import suggested
from dialogs.form import FormError
from dialogs.reading import guarded
from dialogs.reading.sheets import read_sheets, write_sheets
from tests.deeds.stage import forms

LANGUAGES = {"français": "fr", "french": "fr", "fr": "fr"}

# -- alpha ------------------------------------------------------------------------------------------------------------

FOUR_OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
"""Krippendorff 2011, C: four observers, twelve units, values missing."""
TWO_OBSERVERS = ("0100000010", "1110010000")
"""The same, A: two observers, ten units, two values."""
FIVE_NAMES = ("aabbdcccedda", "babbbccceddd")
"""The same, B: two observers, twelve units, five names."""


@pytest.mark.parametrize(
    ("observers", "published"),
    [(FOUR_OBSERVERS, 0.743), (TWO_OBSERVERS, 0.095), (FIVE_NAMES, 0.692)],
    ids=["four observers", "two observers, two values", "two observers, five names"],
)
def test_alpha_is_the_published_one_to_three_decimals(observers: Any, published: float) -> None:
    """Klaus Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011."""
    found = alpha(list(zip(*observers, strict=True)))
    assert found is not None
    assert round(found, 3) == published


UNITS = st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=2, max_size=4), max_size=12)


@given(UNITS, st.randoms(use_true_random=False))
def test_alpha_asks_neither_who_coded_nor_in_which_order(
    units: list[list[str | None]], chance: random.Random
) -> None:
    mixed = [chance.sample(unit, len(unit)) for unit in units]
    chance.shuffle(mixed)
    one, other = alpha(units), alpha(mixed)
    assert one == pytest.approx(other) if one is not None else other is None


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(2, 4))
def test_alpha_is_one_where_all_agree_and_nothing_where_there_is_one_value(
    values: list[str], coders: int
) -> None:
    found = alpha([[value] * coders for value in values])
    assert found == (1 if len(set(values)) > 1 else None)


@given(UNITS)
def test_alpha_is_at_most_one_and_what_one_coder_alone_saw_does_not_count(
    units: list[list[str | None]],
) -> None:
    found = alpha(units)
    assert found is None or found <= 1
    assert alpha([*units, ["c", None], [None, None]]) == found


def test_codes_are_compared_one_by_one_and_only_where_both_could_give_them() -> None:
    """A code that a later version added was not there to be given by the earlier one: it is missing, not refused."""
    old, new = frozenset({"food", "water"}), frozenset({"food", "water", "school"})

    def judged(codes: str, of: frozenset[str]) -> Judged:
        return Judged(frozenset(codes.split()), of)

    pairs = [
        (judged("food", old), judged("food", old)),
        (judged("water", old), judged("food", new)),
        (judged("water", new), judged("water school", new)),
    ]
    each = of_each(pairs)
    assert [each[code].units for code in ("food", "water", "school")] == [3, 3, 1]
    assert each["food"].alpha == each["water"].alpha == pytest.approx(4 / 9)
    assert each["school"].alpha == 0
    assert overall(pairs).units == 3
    assert overall([]).alpha is None


# -- files ------------------------------------------------------------------------------------------------------------

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1, max_size=12
).map(lambda words: words.strip() or "x")
TEXTS = st.dictionaries(st.sampled_from(["", "en", "fr", "ar", "x-mine"]), WORDS, max_size=3)
CODES = st.builds(
    Code,
    id=st.uuids().map(str),
    names=TEXTS.filter(bool),
    category=TEXTS,
    type=TEXTS,
    definition=TEXTS,
    example=TEXTS,
    keywords=TEXTS,
    retired=st.booleans(),
    more=st.dictionaries(st.sampled_from(["note", "Who asked"]), WORDS),
)
FRAMES = st.builds(
    Frame,
    name=WORDS,
    version=WORDS,
    codes=st.lists(CODES, min_size=1, max_size=5).map(tuple),
    second=st.integers(0, 100),
)


@settings(max_examples=25, deadline=None)  # a workbook each time
@given(FRAMES)
def test_a_frame_is_the_same_after_every_way_through_files(frame: Frame) -> None:
    """As plain values, as a workbook, as Coda's JSON, and from one into the other."""
    assert Frame.from_plain(json.loads(json.dumps(frame.plain()))) == frame
    by_sheets = codebook.from_sheets(
        read_sheets(write_sheets(codebook.to_sheets(frame)), ".xlsx"), "", LANGUAGES
    )
    assert by_sheets == frame
    by_coda = codebook.from_coda(codebook.to_coda(by_sheets))
    assert by_coda == frame
    assert codebook.to_sheets(by_coda) == codebook.to_sheets(frame)


Drawn = dict[str, st.SearchStrategy[Any]]

CODE: Drawn = {"CodeID": st.uuids().map(str), "DisplayText": WORDS, "VisibleInCoda": st.booleans()}
CODE_MAY: Drawn = {
    "CodeType": st.sampled_from(["Normal", "Control", "Meta"]),
    "ControlCode": WORDS,
    "NumericValue": st.integers(),
    "StringValue": WORDS,
    "Color": WORDS,
    "Shortcut": WORDS,
    "MatchValues": st.lists(WORDS),
    "Unheard of": st.lists(st.integers()),
}
SCHEME: Drawn = {
    "SchemeID": WORDS,
    "Name": WORDS,
    "Version": WORDS,
    "Codes": st.lists(
        st.fixed_dictionaries(CODE, optional=CODE_MAY),
        min_size=1,
        max_size=5,
        unique_by=lambda code: str(code["DisplayText"]),
    ),
}
SCHEME_MAY: Drawn = {"Documentation": st.fixed_dictionaries({"URI": WORDS}), "Further": st.integers()}
SCHEMES = st.fixed_dictionaries(SCHEME, optional=SCHEME_MAY)


@settings(max_examples=25, deadline=None)
@given(SCHEMES)
def test_a_scheme_of_coda_is_the_same_after_it_was_read_and_written(scheme: dict[str, Any]) -> None:
    """Also fields we know nothing of, and through a workbook."""
    frame = codebook.from_coda(json.dumps(scheme))
    assert json.loads(codebook.to_coda(frame)) == scheme
    by_sheets = codebook.from_sheets(read_sheets(write_sheets(codebook.to_sheets(frame)), ".xlsx"), "", {})
    assert json.loads(codebook.to_coda(by_sheets)) == scheme


def test_codas_own_codes_are_kept_and_not_offered_and_names_of_coda_win() -> None:
    frame = Frame(
        "f",
        "1",
        (Code("w", {"": "Water", "fr": "Eau"}), Code("x", {"": "Missing"}, coda={"CodeType": "Control"})),
    )
    assert [code.id for code in frame.offered] == ["w"]
    scheme = json.loads(codebook.to_coda(frame))
    scheme["Codes"][0]["DisplayText"] = "Drinking water"
    assert codebook.from_coda(json.dumps(scheme)).codes[0].names == {"": "Drinking water", "fr": "Eau"}


def test_names_that_stand_twice_are_told_apart_for_coda() -> None:
    """Its tools refuse a DisplayText that is there already."""
    frame = Frame(
        "f", "1", (Code("a", {"": "Other"}, {"": "Food"}), Code("b", {"": "Other"}, {"": "School"}))
    )
    written = codebook.to_coda(frame)
    assert [code["DisplayText"] for code in json.loads(written)["Codes"]] == ["Food: Other", "School: Other"]
    assert codebook.from_coda(written) == frame


def workbook(*rows: tuple[object, ...], title: str = "Framework", merge: str = "") -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.create_sheet("Read me").cell(1, 1).value = "How to use it"
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes) -> Frame:
    """As `voices frame load` does: in the guarded child."""
    return succeed(codebook.from_sheets(guarded.read_sheets(data, kind=".xlsx"), "kit", LANGUAGES), None)


def test_a_workbook_as_the_feedback_kit_has_it_is_read() -> None:
    """Type, category, code, in whatever case; cells merged over several rows; languages by name or code."""
    data = workbook(
        ("Type", "Category", "Code", "Code::Français", "Definition", "keywords", "Colour"),
        ("Questions", "Health", "Vaccines", "Vaccins", "Where, when", "jab; shot", "red"),
        ("Questions", None, "Hospitals ", None, None, None, None),
        (None,) * 7,
        ("Thanks", None, 2021, None, None, None, None),
        merge="B2:B3",
    )
    frame = read(data)
    assert [(code.id, code.row) for code in frame.codes] == [("vaccines", 2), ("hospitals", 3), ("2021", 5)]
    first, second, third = frame.codes
    assert (first.name("fr"), first.group("fr"), first.meaning("ar")) == ("Vaccins", "Health", "Where, when")
    assert (second.name("fr"), second.group(None), third.group(None)) == ("Hospitals", "Health", "Thanks")
    assert first.more == {"Colour": "red"}
    assert (frame.name, frame.second) == ("kit", 10)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [("a", "b")],
            "row 1: No sheet has a column “code”. Name the columns of the first row: type, category, code.",
        ),
        ([("code", "type"), ("x", "")], "row 1: The column “category” is missing. Add it"),
        (
            [("type", "category", "code", "code"), ("", "", "x", "y")],
            "row 1: The column “code” stands there twice.",
        ),
        ([("type", "category", "code"), ("a", "b", "")], "row 2: The code has no name. Write it"),
        (
            [("type", "category", "code"), ("a", "b", "c"), ("a", "b", "C")],
            "row 3: “C” stands in row 2 too, in the",
        ),
        (
            [("type", "category", "code", "code_id"), ("", "", "x", "1"), ("", "", "y", "1")],
            "row 3: The id “1” stands in row 2 too. Give each code its own.",
        ),
        (
            [("type", "category", "code", "code_id"), ("", "", "x", "a b")],
            "row 2: “a b” cannot be an id. Write at most",
        ),
        (
            [("type", "category", "code", "retired"), ("", "", "x", "maybe")],
            "row 2: retired is “maybe”. Write yes",
        ),
        (
            [("type", "category", "code", "retired"), ("", "", "x", "yes")],
            "There is no code in it. Write at least",
        ),
        (
            [("type", "category", "code", "coda"), ("", "", "x", "[")],
            "row 2: coda is not what we wrote there.",
        ),
    ],
)
def test_an_author_is_told_the_row_the_cause_and_the_remedy(
    rows: list[tuple[object, ...]], told: str
) -> None:
    sheets = {"Read me": [["How to use it"]], "codes": [[str(cell) for cell in row] for row in rows]}
    with pytest.raises(FrameFault) as fault:
        succeed(codebook.from_sheets(sheets, "kit", LANGUAGES), None)
    assert str(fault.value).splitlines()[0].startswith(told)


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"SchemeID": "s", "Name": "n", "Version": "1", "Codes": [{}]}']
)
def test_what_is_no_scheme_of_coda_is_refused(text: str) -> None:
    with pytest.raises(FrameFault):
        codebook.from_coda(text)


def test_a_file_that_is_no_workbook_is_refused_by_the_guard() -> None:
    """S10: a frame comes through the same door as a form."""
    with pytest.raises(FormError):
        guarded.read_sheets(b"no workbook", kind=".xlsx")


# -- versions ---------------------------------------------------------------------------------------------------------


def frame(version: str, *codes: tuple[str, str]) -> Frame:
    return Frame(
        "kit",
        version,
        tuple(Code(which, {"": name}, row=row) for row, (which, name) in enumerate(codes, start=2)),
    )


def test_a_new_version_adds_renames_and_retires_and_ids_stay() -> None:
    first = succeed(frame("1", ("", "Food"), ("", "Water"), ("", "School")), None)
    second = succeed(frame("2", ("", "Water"), ("food", "Hunger"), ("", "Food")), first)
    assert [(code.id, code.name(None), code.retired) for code in second.codes] == [
        ("water", "Water", False),
        ("food", "Hunger", False),
        ("food_2", "Food", False),
        ("school", "School", True),
    ]
    told = changes(second, first)
    assert (told.added, told.renamed, told.retired) == (("food_2",), ("food",), ("school",))
    third = succeed(frame("3", ("", "Water"), ("", "School")), second)
    assert [code.id for code in third.offered] == ["water", "school"]  # the same code is back


def test_an_id_that_was_retired_is_not_given_to_another_code() -> None:
    first = succeed(frame("1", ("a", "Food"), ("b", "Water")), None)
    second = succeed(frame("2", ("b", "Water")), first)
    with pytest.raises(FrameFault) as fault:
        succeed(frame("3", ("b", "Water"), ("a", "School")), second)
    assert str(fault.value) == (
        "row 3: The id “a” belonged to “Food”, which was retired. Give the code an id that was never used, or leave the"
        " id empty."
    )


# -- the built-in frame and suggestions -------------------------------------------------------------------------------

BUILT_IN = of_form(forms()[0])


def test_the_built_in_frame_is_the_themes_of_the_form_in_all_its_languages() -> None:
    assert [code.id for code in BUILT_IN.codes][:3] == ["income", "food", "health"]
    assert len(BUILT_IN.offered) == 15
    assert all(len(code.names) == 12 for code in BUILT_IN.codes)
    assert (BUILT_IN.name, BUILT_IN.version) == ("themes", forms()[0].version)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("The hospital is closed and we have no medicine.", ["health"]),
        ("L’hôpital est fermé.", ["health"]),
        ("المستشفى مغلق ولا يوجد دواء", ["health"]),
        ("我们没有水，医院很远", ["food", "health"]),
        ("He warms himself at warm walls.", []),  # “war” is no beginning of a word that is about war
    ],
)
def test_keywords_suggest_in_every_script(words: str, codes: list[str]) -> None:
    assert suggested(BUILT_IN, words) == codes


def test_what_was_given_to_texts_like_it_is_suggested_after_the_keywords() -> None:
    frame = Frame(
        "f",
        "1",
        (Code("flood", {"": "Flood"}), Code("loss", {"": "Loss"}), Code("old", {"": "Old"}, retired=True)),
    )
    earlier = [("The river took all our houses", {"loss", "old"}), ("We sing every evening", {"flood"})]
    assert suggested(frame, "Our houses fell when the river came", earlier) == ["loss"]
    assert suggested(replace(frame, codes=()), "Our houses fell when the river came", earlier) == []
