import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.form import FormError, Text
from dialogs.reading import guarded
from dialogs.reading.po import translations
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import load_builtin, load_lists, read_workbook

FORMS = Path(__file__).parents[2] / "dialogs" / "forms"
LISTS = {
    "countries": [
        {
            "list_name": "countries",
            "name": "MG",
            "label::English (en)": "Madagascar",
            "label::French (fr)": "Madagascar",
            "label::Arabic (ar)": "مدغشقر",
            "near": "fr",
        },
        {
            "list_name": "countries",
            "name": "LB",
            "label::English (en)": "Lebanon",
            "label::French (fr)": "Liban",
            "label::Arabic (ar)": "لبنان",
            "near": "ar",
        },
    ],
    "unused": [{"list_name": "unused", "name": "x", "label": "X"}],
}


def workbook(rows: list[list[str]], sheet: str = "survey") -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, part: str, content: bytes) -> bytes:
    """The workbook with one part of its zip replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != part:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(part, content)
    return out.getvalue()


SMALL = workbook([["type", "name", "label"], ["text", "a", "A"], ["", "", ""], ["integer", "b", "B"]])


def test_a_workbook_of_excel_is_read_with_the_row_of_each_question() -> None:
    xml, rows = read_workbook(SMALL, name="story", kind=".xlsx")
    assert rows == {"/story/a": 2, "/story/b": 4}
    form = read_xform(xml, rows=rows)
    assert [(question.ref, question.row) for question in form.questions()] == [
        ("/story/a", 2),
        ("/story/b", 4),
    ]


def test_rows_are_known_in_groups_and_repeats_too() -> None:
    table = """
| survey |
| | type | name | label |
| | begin_group | g | G |
| | begin repeat | r | R |
| | text | a | A |
| | end repeat | | |
| | end_group | | |
| | text | a | A |
"""
    _, rows = read_workbook(table, name="data", kind=".md")
    assert rows == {"/data/g": 2, "/data/g/r": 3, "/data/g/r/a": 4, "/data/a": 7}


def test_the_settings_may_name_the_root() -> None:
    table = (
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n| | name |\n| | story |\n"
    )
    xml, rows = read_workbook(table, name="data", kind=".md")
    assert rows == {"/story/a": 2}
    assert [question.ref for question in read_xform(xml, rows=rows).questions()] == ["/story/a"]


def test_a_name_that_cannot_be_a_root_becomes_data() -> None:
    table = "| survey |\n| | type | name | label |\n| | text | a | A |\n"
    assert read_workbook(table, name="2 ways", kind=".md")[1] == {"/data/a": 2}


def test_a_shared_list_is_used_where_the_workbook_has_none_in_the_workbooks_languages() -> None:
    table = """
| survey |
| | type | name | label::English (en) | label::Français (fr) |
| | select_one countries | c | Where? | Où ? |
"""
    xml, rows = read_workbook(table, name="data", kind=".md", lists=LISTS)
    form = read_xform(xml, rows=rows)
    (question,) = form.questions()
    assert question.itemset is not None
    assert form.languages == ("en", "fr")
    assert [(each.name, each.label, dict(each.extra)) for each in question.itemset.choices.values()] == [
        ("MG", Text({"en": ("Madagascar",), "fr": ("Madagascar",)}), {"near": "fr"}),
        ("LB", Text({"en": ("Lebanon",), "fr": ("Liban",)}), {"near": "ar"}),
    ]
    assert set(form.instances) == {"countries"}


def test_a_shared_list_speaks_the_one_language_of_a_form_that_names_none() -> None:
    table = "| survey |\n| | type | name | label |\n| | select_multiple countries | c | Where? |\n"
    xml, rows = read_workbook(table, name="data", kind=".md", lists=LISTS)
    (question,) = read_xform(xml, rows=rows).questions()
    assert question.itemset is not None
    assert [each.label for each in question.itemset.choices.values()] == [
        Text({"default": ("Madagascar",)}),
        Text({"default": ("Lebanon",)}),
    ]


def test_a_workbooks_own_list_goes_before_a_shared_one() -> None:
    table = """
| survey |
| | type | name | label |
| | select_one countries | c | Where? |
| choices |
| | list_name | name | label |
| | countries | XX | Here |
"""
    xml, rows = read_workbook(table, name="data", kind=".md", lists=LISTS)
    (question,) = read_xform(xml, rows=rows).questions()
    assert question.itemset is not None
    assert list(question.itemset.choices) == ["XX"]


def test_a_builtin_form_is_read_from_its_folder_with_the_lists_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "colours.md").write_text(
        "| choices |\n| | list_name | name | label::English (en) |\n| | colours | red | Red<br>warm |\n",
        "utf-8",
    )
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "tiny.md").write_text(
        "| survey |\n| | type | name | label::English (en) |\n| | select_one colours | c | Which? |\n",
        "utf-8",
    )
    form = load_builtin(tmp_path / "tiny")
    assert form.name == "tiny"
    (question,) = form.questions()
    assert question.itemset is not None
    assert question.itemset.choices["red"].label == Text({"en": ("Red\nwarm",)})
    assert list(load_lists(tmp_path / "lists")) == ["colours"]


def refusal(data: bytes | str, kind: str = ".md") -> tuple[int | None, str]:
    with pytest.raises(FormError) as caught:
        read_workbook(data, name="data", kind=kind)
    issue = caught.value.issues[0]
    return issue.row, f"{issue.cause} {issue.remedy}"


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        (
            "| survey |\n| | type | name | label |\n| | text | b | B |\n| | txet | a | A |\n",
            3,
            "“txet” is no type of question. Did you mean “text”?",
        ),
        (
            "| survey |\n| | type | name | label |\n| | text | a | A |\n| | text | a | A |\n",
            3,
            "“a” is taken",
        ),
        ("| survey |\n| | type | name | label |\n| | text | a | ${b} |\n", 2, "b"),
        (
            "| survey |\n| | type | name | label |\n| | text | a | A |\n| | text | b | |\n",
            3,
            "The question says nothing. Write a label.",
        ),
        (
            "| survey |\n| | type | name | label |\n| | select_one l | a | A |\n",
            2,
            "Add the list to the choices",
        ),
        (
            "| survey |\n| | type | name | label |\n| | begin_group | g | G |\n| | text | a | A |\n",
            2,
            "end_group",
        ),
        (
            "| survey |\n| | type | name | label | relevnt |\n| | text | a | A | 1 |\n",
            1,
            "Did you mean “relevant”?",
        ),
        (
            "| survey |\n| | type | name | lable::English (en) |\n| | text | a | A |\n",
            1,
            "Did you mean “label”?",
        ),
        ("| survey |\n| | type | name | label |\n", None, "The survey sheet asks nothing."),
        (
            "| choices |\n| | list_name | name | label |\n| | a | b | C |\n",
            None,
            "The survey sheet asks nothing.",
        ),
        ("words", None, "There is no sheet “survey”."),
        (
            f"| survey |\n| | type | name | label |\n| | text | a | {'x' * 20_001} |\n",
            2,
            "longer than 20,000",
        ),
    ],
)
def test_a_bad_workbook_is_refused_with_its_row_and_what_to_do(
    table: str, row: int | None, words: str
) -> None:
    told_row, told = refusal(table)
    assert (told_row, words in told) == (row, True), told


def test_everything_that_is_wrong_with_a_workbook_is_told_at_once() -> None:
    table = """
| survey |
| | type | name | label | relevnt | constraint | hint::Frnch (fr) |
| | select_one c | a | A | 1 | frobnicate(.) | |
| | integer | b | B | | . > ( 1 | |
| choices |
| | list_name | name | lable |
| | c | x | X |
| settings |
| | form_id | verson |
| | d | 2 |
"""
    with pytest.raises(FormError) as caught:
        read_workbook(table, name="data", kind=".md")
    told = [(issue.sheet, issue.row, issue.column, issue.remedy) for issue in caught.value.issues]
    assert told == [
        ("survey", 1, "relevnt", "Did you mean “relevant”?"),
        ("choices", 1, "lable", "Did you mean “label”?"),
        ("settings", 1, "verson", "Did you mean “version”?"),
        ("survey", 2, "constraint", "Correct the expression."),
        ("survey", 3, "constraint", "Correct the expression."),
    ]


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        ("parameters", "| range | a | A | start=1 end=2 step=5 |", "“start=1 end=2 step=5” do not fit"),
        ("parameters", "| text | a | A | max-pixels=3 |", "Use one of: rows."),
        ("parameters", "| geopoint | a | A | capture-accuracy=x |", "Leave “parameters” empty."),
        (
            "relevant | relevance",
            "| text | a | A | 1 | 1 |",
            "“relevance” and “relevant” cannot be used together.",
        ),
        ("trigger", "| text | a | A | ${b} |", "“${b}” names no question."),
        ("save_to", "| text | a | A | b |", "Entities are not kept by this bot."),
    ],
)
def test_what_pyxform_stops_at_is_told_in_our_words(columns: str, row: str, told: str) -> None:
    table = f"| survey |\n| | type | name | label | {columns} |\n| {row}\n"
    assert told in refusal(table)[1]


def test_a_column_that_is_there_twice_is_told() -> None:
    twice = workbook([["type", "name", "label", "name"], ["text", "a", "A", "b"]])
    assert refusal(twice, ".xlsx")[1] == "The column “name” is there twice. Remove one of them."


def test_only_what_is_wrong_is_told() -> None:
    """What pyxform takes is no mistake beside one that it refuses."""
    table = """
| survey |
| | type | name | label | media::image | calculation | appearance | disabled |
| | begin lgroup | many | | | | | |
| | image | a | | a.png | | | |
| | text | b | | | 1 + 1 | | |
| | end repeat | | | | | | |
| | begin_group | g | | | | field-list | |
| | note | | Text ${many} | | | | |
| | select one from l | c | C | | | | |
| | end group | | | | | | |
| | start-geopoint | s | | | | | |
| | txet | off | | | | | yes |
| | today | today | | | | | |
| | range | wrong one | R | | | | |
| choices |
| | list name | value | label |
| | l | x y | X |
"""
    with pytest.raises(FormError) as caught:
        read_workbook(table, name="data", kind=".md")
    assert [(issue.row, issue.column) for issue in caught.value.issues] == [(13, "name")]


def test_what_only_pyxform_knows_is_quoted_with_its_row() -> None:
    table = "| survey |\n| | type | name | label |\n| | begin_loop | a | A |\n| | text | b | B |\n| | end_loop | | |\n"
    row, told = refusal(table)
    assert (row, told.startswith("pyxform says: ")) == (2, True)


def test_a_prefix_that_the_settings_do_not_explain_is_told_with_what_to_write() -> None:
    table = """
| survey |
| | type | name | label | body::tg:voice | relevant |
| | text | a | A | b | ( 1 |
| | audio | b | B | | |
| settings |
| | form_id | namespaces |
| | f | esri="https://esri.example" |
"""
    with pytest.raises(FormError) as caught:
        read_workbook(table, name="data", kind=".md")
    assert [(issue.row, issue.column) for issue in caught.value.issues] == [
        (1, "body::tg:voice"),
        (2, "relevant"),
    ]
    assert str(caught.value.issues[0]).endswith(
        "The settings do not say what “tg:” is. Write this on the settings sheet, column “namespaces”: "
        'esri="https://esri.example" tg="https://voices.example/xforms/chat"'
    )


def test_or_other_speaks_the_languages_of_the_form() -> None:
    table = """
| survey |
| | type | name | label::English (en) | label::Français (fr) | label::Deutsch (de) |
| | select_one needs or_other | need | What? | Quoi ? | Was? |
| | text | why | Why? ${need_other} | Pourquoi ? | Warum? |
| choices |
| | list_name | name | label::English (en) | label::Français (fr) | label::Deutsch (de) |
| | needs | food | Food | Nourriture | Essen |
"""
    lists = load_lists(FORMS / "lists", translations())
    xml, rows = read_workbook(table, name="data", kind=".md", lists=lists)
    form = read_xform(xml, rows=rows)
    need, which, why = form.questions()
    assert need.itemset is not None
    english, french = "Something else", "Autre chose"
    assert need.itemset.choices["other"].label == Text({"en": (english,), "fr": (french,), "de": (english,)})
    assert (which.ref, which.row, why.row) == ("/data/need_other", 2, 3)
    assert which.label.by_language["fr"] == ("Dites ce que c’est, s’il vous plaît.",)
    assert which.label.by_language["de"] == which.label.by_language["en"] == ("Please say what it is.",)


def test_or_other_speaks_the_language_of_a_form_that_has_one() -> None:
    table = """
| survey |
| | type | name | label |
| | select_multiple needs or_other | need | Quoi ? |
| choices |
| | list name | value | label |
| | needs | other | Divers |
| settings |
| | default_language |
| | French (fr) |
"""
    lists = load_lists(FORMS / "lists", translations())
    xml, rows = read_workbook(table, name="data", kind=".md", lists=lists)
    need, which = read_xform(xml, rows=rows).questions()
    assert need.itemset is not None
    words = [choice.label.by_language for choice in need.itemset.choices.values()]
    assert [list(each.values()) for each in words] == [[("Divers",)]]
    assert list(which.label.by_language.values()) == [("Dites ce que c’est, s’il vous plaît.",)]


def test_rows_after_or_other_are_counted_as_they_were_written() -> None:
    table = """
| survey |
| | type | name | label |
| | select_one needs or_other | need | What? |
| | begin_loop | a | A |
| | text | b | B |
| | end_loop | | |
| choices |
| | list_name | name | label |
| | needs | food | Food |
"""
    assert refusal(table)[0] == 3


def test_an_authors_own_columns_are_no_misspelling() -> None:
    table = (
        "| survey |\n| | type | name | label | reviewed by | labels_seen |\n| | text | a | A | Ana | x |\n"
    )
    assert read_workbook(table, name="data", kind=".md")[1] == {"/data/a": 2}


def test_a_file_of_another_kind_is_refused() -> None:
    assert refusal(b"x", ".pdf")[1].startswith("“.pdf” is not a workbook.")
    assert refusal(b"PK\x03\x04broken", ".xlsx")[1].startswith("This is not a workbook (BadZipFile).")
    assert refusal(b"\xff\xfe", ".md")[1].startswith("The workbook cannot be read (UnicodeDecodeError).")


def test_a_path_is_never_read_as_a_workbook(tmp_path: Path) -> None:
    """S10: what an author sends is content, also where it looks like the path of a file."""
    secret = tmp_path / "secret.md"
    secret.write_text("| survey |\n| | type | name | label |\n| | text | a | A |\n", "utf-8")
    assert "There is no sheet “survey”." in refusal(str(secret))[1]


def test_bombs_are_refused_before_they_go_off() -> None:
    """S10: size, entries, real unpacked size and macros are looked at first."""
    sheet = "xl/worksheets/sheet1.xml"
    spaces = repacked(SMALL, sheet, b" " * 30_000_000)
    forged = spaces.replace((30_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(201):
            archive.writestr(str(number), b"")
    entity = b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 100 + b'">]><a>&b;</a>'
    assert [
        refusal(data, ".xlsx")[1].partition(".")[0]
        for data in (
            spaces,
            forged,
            b"x" * 5_300_000,
            many.getvalue(),
            repacked(SMALL, "xl/vbaProject.bin", b"macro"),
            repacked(SMALL, sheet, entity),
        )
    ] == [
        "The file is too large when unpacked",
        "This is not a workbook (BadZipFile)",
        "The file has 5,300,000 bytes; at most 5,242,880 are read",
        "The file holds 201 parts; at most 200 are read",
        "The workbook holds macros",
        "The workbook cannot be read (ValueError)",
    ]


def test_a_strangers_workbook_is_read_in_a_child_to_the_same_end() -> None:
    xml, rows = read_workbook(SMALL, name="story", kind=".xlsx")
    assert guarded.read_workbook(SMALL, name="story", kind=".xlsx") == guarded.Converted(xml, rows)


def test_a_child_tells_what_is_wrong_as_the_parent_would() -> None:
    table = b"| survey |\n| | type | name | label | hnt |\n| | text | a | ${b} | if(1) |\n"
    with pytest.raises(FormError) as theirs:
        guarded.read_workbook(table, name="data", kind=".md")
    with pytest.raises(FormError) as ours:
        read_workbook(table, name="data", kind=".md")
    assert theirs.value.issues == ours.value.issues
    assert [(issue.cause.plain(), issue.remedy.plain()) for issue in theirs.value.issues] == [
        (issue.cause.plain(), issue.remedy.plain()) for issue in ours.value.issues
    ]


def test_a_workbook_that_wants_too_much_memory_is_refused() -> None:
    """S10: a form of two million cells stops its child, not the bot."""
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 40 + b"</t></is></c></row>"
    head = b'<row><c t="inlineStr"><is><t>type</t></is></c></row>'
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = (
        b'<worksheet xmlns="' + space + b'"><sheetData>' + head + row * 150_000 + b"</sheetData></worksheet>"
    )
    huge = repacked(SMALL, "xl/worksheets/sheet1.xml", cells)
    with pytest.raises(FormError):
        guarded.read_workbook(huge, name="data", kind=".xlsx")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([".xlsx", ".xlsm", ".xls", ".md", ".csv"]))
def test_noise_is_refused_by_name(data: bytes, kind: str) -> None:
    with pytest.raises(FormError):
        read_workbook(data, name="data", kind=kind)


def test_issues_can_be_shown_as_sentences() -> None:
    told = refusal("| survey |\n| | type | name | label |\n| | text | a | A |\n| | text | a | A |\n")
    assert json.dumps(told)
    with pytest.raises(FormError, match=r"^survey, row 3, name: .*Choose another name\.$"):
        read_workbook(
            "| survey |\n| | type | name | label |\n| | text | a | A |\n| | text | a | A |\n",
            name="d",
            kind=".md",
        )
