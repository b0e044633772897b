"""An author's Excel file becomes a conversation: over real HTTP in the chat, and at a shell."""

import re
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot.__main__ import main
from bot.people import Role
from dialogs.reading import po
from tests.journeys.stage import raised
from tests.pictures import packed, png

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SURVEY = [
    ["type", "name", "label::English (en)", "label::Arabic (ar)", "required", "relevant"],
    ["integer", "size", "How many people live here?", "كم شخصًا يعيش هنا؟", "yes", ""],
    ["begin_repeat", "child", "Child", "طفل", "", "${size} > 1"],
    ["text", "called", "What is it called?", "ما اسمه؟", "yes", ""],
    ["end_repeat", "", "", "", "", ""],
    ["select_one yesno", "school", "Is the school open?", "هل المدرسة مفتوحة؟", "", ""],
]
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::Arabic (ar)"],
    ["yesno", "yes", "It is open", "مفتوحة"],
    ["yesno", "no", "It is closed", "مغلقة"],
]
SETTINGS = [
    ["form_title", "form_id", "version", "default_language"],
    ["Census", "census", "1", "English (en)"],
]


def workbook(**changed: str) -> bytes:
    """The census as an Excel file, some of its types changed."""
    survey = [[changed.get(row[1], row[0]), *row[1:]] for row in SURVEY]
    return book_of(survey=survey, choices=CHOICES, settings=SETTINGS)


def book_of(**sheets: list[list[str]]) -> bytes:
    """An Excel file of these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


VILLAGES = b"name,label\nk,Karonga\nm,Mzuzu\n"


def crops() -> bytes:
    """A form that shows pictures and takes choices from a file."""
    return book_of(
        survey=[
            ["type", "name", "label::English (en)", "media::image::English (en)"],
            ["select_multiple crop", "grows", "What grows here?", "field.png"],
            ["select_one_from_file villages.csv", "village", "Which village?", ""],
        ],
        choices=[
            ["list_name", "name", "label::English (en)", "media::image::English (en)"],
            ["crop", "maize", "Maize", "maize.png"],
            ["crop", "rice", "Rice", "rice.png"],
        ],
        settings=[
            ["form_title", "form_id", "version", "default_language"],
            ["Crops", "crops", "1", "English (en)"],
        ],
    )


def seen(text: str) -> str:
    """A text without the marks nobody sees."""
    return re.sub("[\u2060\u2066-\u2069]", "", text)


async def test_an_authors_excel_file_is_corrected_previewed_tried_published_and_answered(
    tmp_path: Path,
) -> None:
    async with raised(tmp_path) as stage:
        rose = await stage.moderator("Rose", "en", Role.AUTHOR)
        await rose.sends_document(workbook(size="integr"), "census.xlsx", EXCEL)
        told = await rose.sees("1 thing is to be corrected", within=30)
        assert "row 2" in told.text
        await rose.sends_document(workbook(), "census.xlsx", EXCEL)
        await rose.sees("“Census”, version 1: 3 questions", within=30)
        await rose.taps("Preview: العربية")
        await rose.sees("كم شخصًا يعيش هنا؟")
        await rose.taps("Try it here")
        await rose.sees("How many people live here?")
        await rose.says("1")
        await rose.taps("It is open")
        await rose.sees("This was a try")
        await rose.says("/forms")
        await rose.taps("census · 1")
        await rose.taps("Publish")
        assert "https://t.me/voices_sandbox_bot?start=f-census" in (await rose.sees("It begins here")).text

        amina = stage.person("Amina", "ar")
        await amina.starts("f-census")
        await amina.taps("العربية")
        await amina.taps("فهمت")
        await amina.taps("نعم")
        await amina.sees("كم شخصًا يعيش هنا؟")
        await amina.says("٣")
        await amina.sees("ما اسمه؟")
        await amina.says("كوتو")
        await amina.taps("إضافة")
        await amina.sees("طفل")
        await amina.says("سوا")
        await amina.taps("هذا كل شيء")
        await amina.taps("مغلقة")
        await amina.sees("-")  # her receipt

        reader = await stage.moderator("Rakoto", "en")
        await reader.says("/next")
        card = await reader.sees("What is it called (2)")
        for words in ("سوا", "How many people live here", "It is closed"):
            assert words in card.text


async def test_a_form_comes_with_its_files_in_a_zip_and_its_pictures_reach_everyone(tmp_path: Path) -> None:
    """A picture is brought to Telegram once, and a list from a file is offered like any other."""
    async with raised(tmp_path) as stage:
        rose = await stage.moderator("Rose", "en", Role.AUTHOR)
        await rose.sends_document(crops(), "crops.xlsx", EXCEL)
        told = await rose.sees("1 thing is to be corrected", within=30)
        assert "The form reads “villages.csv”, which was not sent." in seen(told.text)
        parts = {"crops/crops.xlsx": crops(), "crops/crops-media/field.png": png(1), "crops/notes.txt": b"?"}
        parts |= {"crops/maize.png": png(2), "crops/rice.png": png(3), "crops/villages.csv": VILLAGES}
        await rose.sends_document(packed(parts), "crops.zip", "application/zip")
        told = await rose.sees("“Crops”, version 1: 2 questions", within=30)
        assert "names none of these files: notes.txt" in seen(told.text)
        await rose.taps("Preview: English")
        assert "(image field.png)" in seen((await rose.sees("What grows here?")).text)
        await rose.taps("Publish")
        await rose.sees("It begins here")

        for name in ("Amina", "Bako"):
            person = stage.person(name, "en")
            await person.starts("f-crops")
            await person.taps("English")
            await person.taps("I understand")
            await person.taps("Yes")
            asked = await person.sees("What grows here?")
            album = [message.text for message in person.chat if message.id < asked.id][-2:]
            assert album == ["1. Maize", "2. Rice"]
            await person.taps("Rice")
            assert (await person.sees("What grows here?")).buttons[0] == ["☐ Maize", "☑ Rice"]
            await person.taps("Done")
            await person.taps("Karonga")
            await person.sees("-")  # the receipt
        for method, count in (("sendPhoto", 1), ("sendMediaGroup", 2)):
            first, second = stage.sandbox.calls(method)
            assert (len(first.uploads), len(second.uploads)) == (count, 0)


# -- at a shell -------------------------------------------------------------------------------------------------------


class Shell:
    """`voices …` in this process, and what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.patch = patch

    def __call__(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        self.patch.setattr("sys.stdin", StringIO(stdin))
        code = main(arguments)
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def voices(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "census.xlsx").write_bytes(workbook())
    return Shell(capsys, monkeypatch)


def test_a_form_is_checked_and_shown_as_it_is_asked(voices: Shell) -> None:
    code, out, _ = voices("form", "check", "census.xlsx", "--language", "ar")
    assert (code, out.count("كم شخصًا يعيش هنا؟")) == (0, 1)
    assert out.endswith("“Census”, version 1, can be asked.\n")


def test_what_is_wrong_with_a_form_is_told_with_its_row(voices: Shell) -> None:
    Path("census.xlsx").write_bytes(workbook(size="integr"))
    code, out, err = voices("form", "check", "census.xlsx")
    assert (code, out) == (1, "")
    assert err == "survey, row 2, type: “integr” is no type of question. Did you mean “integer”?\n"
    code, _, err = voices("form", "check", "elsewhere.xlsx")
    assert (code, err) == (
        1,
        "elsewhere.xlsx is no file, and no built-in form: checkin, initiative, opening, testimony.\n",
    )


def test_a_form_is_answered_in_the_terminal(voices: Shell) -> None:
    code, out, _ = voices("play", "census.xlsx", stdin="two\n1\n[It is shut]\n[It is open]\n")
    assert code == 0
    assert "Bot: {not_a_number}" in out
    assert "there is no button “It is shut”" in out
    assert out.rstrip().endswith("/data/school: yes")


def test_a_written_conversation_is_played_and_corrected(voices: Shell) -> None:
    Path("talk.txt").write_text("# census · en\n> /start\n\n> 1\n\n> [It is open]\n")
    code, out, err = voices("form", "replay", "census.xlsx", "talk.txt")
    assert (code, err) == (1, "1 of 1 go otherwise: read them, then --update.\n")
    assert "+Bot: Is the school open?" in out
    assert voices("form", "replay", "census.xlsx", "talk.txt", "--update")[0] == 0
    assert voices("form", "replay", "census.xlsx", "talk.txt") == (0, "", "")
    Path("talk.txt").write_text("# census · en\n> [Nowhere]\n")
    code, _, err = voices("form", "replay", "census.xlsx", "talk.txt")
    assert (code, err) == (1, "talk.txt: line 2: there is no button “Nowhere”, only none\n")


def test_a_partners_form_at_the_shell(voices: Shell, tmp_path: Path) -> None:
    assert voices("team", "partner", "Open Hands", "--contact", "a@b.example")[0] == 0
    assert voices("form", "publish", "census.xlsx") == (0, "census 1 of Open Hands is published.\n", "")
    assert voices("form", "publish", "census.xlsx")[1] == "census 1 of Open Hands was already published.\n"
    assert voices("form", "list")[1] == "Open Hands  census  1  published\n"
    assert voices("form", "withdraw", "census")[1] == "census is asked no more.\n"
    assert voices("form", "list")[1] == "Open Hands  census  1  withdrawn\n"
    assert voices("form", "withdraw", "nothing")[0::2] == (
        1,
        "Open Hands has no form nothing: voices form list.\n",
    )


def test_files_beside_a_form_lie_in_a_folder_or_in_a_zip(voices: Shell) -> None:
    Path("crops.xlsx").write_bytes(crops())
    code, _, err = voices("form", "check", "crops.xlsx")
    assert (code, "survey, row 3, type, /data/village: The form reads “villages.csv”" in err) == (1, True)
    files = {"villages.csv": VILLAGES, "field.png": png(1), "maize.png": png(2), "rice.png": png(3)}
    Path("crops-media").mkdir()
    for name, content in files.items():
        (Path("crops-media") / name).write_bytes(content)
    Path("talk.txt").write_text("# crops · en\n> /start\n\n> [Rice]\n\n> (done)\n\n> [Mzuzu]\n")
    Path("crops.zip").write_bytes(packed({"crops.xlsx": crops(), **files}))
    for form in ("crops.xlsx", "crops.zip"):
        code, out, err = voices("form", "check", form)
        assert (code, err) == (0, "")
        assert "Bot: (image field.png)\nBot: (image maize.png: 1. Maize)" in out
        assert "[Mzuzu]" in voices("play", form, stdin="[Maize]\n(done)\n")[1]
        assert voices("form", "replay", form, "talk.txt", "--update")[0] == 0
    assert voices("team", "partner", "Open Hands", "--contact", "a@b.example")[0] == 0
    assert voices("form", "publish", "crops.zip") == (0, "crops 1 of Open Hands is published.\n", "")
    assert voices("form", "publish", "crops.xlsx")[1] == "crops 1 of Open Hands was already published.\n"


def test_a_forms_words_go_out_to_a_translator_and_come_back(voices: Shell) -> None:
    code, out, _ = voices("words", "out", "census.xlsx", "--language", "sw")
    assert code == 0
    Path("sw.po").write_text(out)
    catalog = po.read(Path("sw.po"))
    asked = catalog.get("Is the school open?")
    assert asked is not None
    asked.string = "Je, shule iko wazi?"
    Path("sw.po").write_bytes(po.written(catalog))
    assert voices("words", "back", "census.xlsx", "sw.po", "--output", "sw.xlsx")[0] == 0
    header, *rows = load_workbook("sw.xlsx")["survey"].values
    assert header[-1] == "label::Swahili (sw)"
    assert [row[-1] for row in rows if row[1] == "school"] == ["Je, shule iko wazi?"]
    assert voices("words", "out", "census.xlsx", "--language", "klingon") == (
        1,
        "",
        "“klingon” is no language code, as “sw” or “pt-BR” is.\n",
    )
