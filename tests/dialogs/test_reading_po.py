"""A form's texts go out to translators and come back as columns; what is wrong with a translation is said."""

from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import pytest
from babel.messages.catalog import Catalog
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from dialogs.form import FormError
from dialogs.reading import po
from dialogs.reading.columns import add_columns
from dialogs.reading.po import Translation
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_sheets, read_workbook

FORM = """
| survey |
| | type | name | label::English (en) | hint::English (en) | relevant |
| | note | hello | Welcome, ${name}. | | |
| | text | name | Your name?<br>One word. | As you like. | |
| | select_one colours | colour | Which colour? | | ${name} != '' |
| | select_one countries | country | Which country? | | |

| choices |
| | list_name | name | label::English (en) | aliases::English (en) |
| | colours | red | Red | crimson; scarlet |
| | colours | blue | Blue | |
| | countries | MG | Madagascar | |
| | countries | HK | Hong Kong | |
"""

SHEETS = read_sheets(FORM.encode(), ".md")


def catalog(language: str, said: dict[str, str], **contexts: dict[str, str]) -> Catalog:
    made = Catalog(locale=language, fuzzy=False)
    for text, words in said.items():
        made.add(text, words)
    for context, theirs in contexts.items():
        for text, words in theirs.items():
            made.add(text, words, context=context)
    return made


def gathered() -> Catalog:
    made = Catalog(locale="en", header_comment="# A form, in English.")
    po.gather(made, {sheet: SHEETS[sheet] for sheet in ("survey", "choices")}, form="tiny")
    return made


def test_every_text_goes_out_once_with_a_note_and_where_it_stands() -> None:
    entries = [
        (message.context, message.id, message.auto_comments, [place for place, _ in message.locations])
        for message in gathered()
        if message.id
    ]
    asked = po.NOTES["label"]
    assert entries == [
        (None, "Welcome, ${name}.", [po.NOTE], ["tiny/hello"]),
        (None, "Your name?\nOne word.", [asked], ["tiny/name"]),
        (None, "As you like.", [po.NOTES["hint"]], ["tiny/name"]),
        (None, "Which colour?", [asked], ["tiny/colour"]),
        (None, "Which country?", [asked], ["tiny/country"]),
        (None, "Red", [po.CHOICE], ["tiny/colours/red"]),
        ("aliases", "crimson; scarlet", [po.NOTES["aliases"]], ["tiny/colours/red"]),
        (None, "Blue", [po.CHOICE], ["tiny/colours/blue"]),
    ]


def french() -> Translation:
    said = catalog(
        "fr",
        {"Welcome, ${name}.": "Bienvenue, ${name}.", "Red": "Rouge", "Blue": ""},
        aliases={"crimson; scarlet": "carmin"},
    )
    return Translation("fr", "French (fr)", po.words_of(said))


def test_words_come_back_as_columns_and_a_language_falls_back_along_its_chain() -> None:
    malagasy = Translation("mg", "Malagasy (mg)", MappingProxyType({("", "Red"): "Mena"}), ("fr",))
    survey = po.fill(SHEETS["survey"], [french(), malagasy])
    assert survey[0] == {
        "type": "note",
        "name": "hello",
        "label::English (en)": "Welcome, ${name}.",
        "label::French (fr)": "Bienvenue, ${name}.",
        "label::Malagasy (mg)": "Bienvenue, ${name}.",
    }
    red, blue, madagascar, hong_kong = po.fill(SHEETS["choices"], [french(), malagasy])
    assert red == {
        "list_name": "colours",
        "name": "red",
        "label::English (en)": "Red",
        "label::French (fr)": "Rouge",
        "label::Malagasy (mg)": "Mena",
        "aliases": "crimson; scarlet; carmin; carmin",
    }
    assert blue == {"list_name": "colours", "name": "blue", "label::English (en)": "Blue"}
    assert madagascar["label::Malagasy (mg)"] == "Madagasikara"
    assert (
        hong_kong["label::Malagasy (mg)"] == hong_kong["label::French (fr)"]
    )  # the CLDR has none in Malagasy


def test_what_the_author_translated_stays() -> None:
    row = {"name": "red", "label::English (en)": "Red", "label::French (fr)": "Vermillon"}
    assert po.fill([row], [french()]) == [row]


def test_a_form_is_asked_in_the_languages_of_its_catalogs_and_its_version_tells_of_them() -> None:
    def read(*further: Translation) -> tuple[str, str]:
        xml, rows = read_workbook(FORM, name="tiny", kind=".md", further=further)
        form = read_xform(xml, rows=rows)
        [note] = [each for each in form.questions() if each.name == "hello"]
        assert form.languages == ("en", "fr")
        return form.version, "".join(map(str, note.label.by_language["fr"][:1]))

    reworded = Translation(
        "fr", "French (fr)", MappingProxyType({("", "Welcome, ${name}."): "Salut ${name}"})
    )
    (one, welcome), (other, hello) = read(french()), read(reworded)
    assert (welcome, hello) == ("Bienvenue, ", "Salut ")
    assert one != other


def test_an_excel_workbook_gets_its_columns_and_keeps_all_else() -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in ("survey", "choices", "notes"):
        page = book.create_sheet(sheet)
        rows = SHEETS.get(sheet, [{"to whom": "the author"}])
        header = list(dict.fromkeys(column for row in rows for column in row))
        page.append(header)
        for row in rows:
            page.append([row.get(column) for column in header])
    page = book["survey"]
    page["A1"].font = Font(bold=True)
    out = BytesIO()
    book.save(out)
    into = load_workbook(BytesIO(add_columns(out.getvalue(), [french()], language="en")))
    assert [cell.value for cell in into["survey"][1]][-1] == "label::French (fr)"
    assert [cell.value for cell in into["survey"][2]][-1] == "Bienvenue, ${name}."
    assert into["survey"]["A1"].font.bold
    assert into["notes"]["A2"].value == "the author"


def test_what_is_no_workbook_is_refused() -> None:
    """S10."""
    with pytest.raises(FormError):
        add_columns(b"PK", [french()], language="en")


def test_a_catalog_follows_its_source_and_marks_what_nobody_has_read_since() -> None:
    source = catalog("en", {"Which colour?": "Which colour?", "Blue": "Blue", "New": "New"})
    source.header_comment = "# A form, in English."
    old = catalog("fr", {"Which color?": "Quelle couleur ?", "Blue": "Bleu", "Gone": "Parti"})
    new = po.renewed(old, source, "fr")
    assert [(m.id, m.string or "", m.fuzzy) for m in new if m.id] == [
        ("Which colour?", "Quelle couleur ?", True),
        ("Blue", "Bleu", False),
        ("New", "", False),
    ]
    assert new.header_comment == "# A form, in French."
    assert po.missing(new) == ["Which colour?", "New"]
    assert po.words_of(new) == {("", "Blue"): "Bleu"}


def test_a_reworded_english_is_to_be_looked_at_again_in_every_language(tmp_path: Path) -> None:
    """Also where only its `msgstr` changed; once looked at, it stays so."""
    path = tmp_path / "fr" / "LC_MESSAGES" / "chat.po"
    path.parent.mkdir(parents=True)

    def renewed(english: dict[str, str], *, said: str = "") -> list[tuple[str, bool]]:
        made = po.renewed(po.read(path), catalog("en", english), "fr")
        for message in made:
            if message.id and said:
                message.string = said
                message.flags.discard("fuzzy")
        path.write_bytes(po.written(made))
        return [(str(m.string or ""), m.fuzzy) for m in po.read(path) if m.id]

    long = "Please tap the button, and then another button, and then yet another one; there are many of them here."
    assert renewed({"Go": "Go"}, said="Aller") == [("Aller", False)]
    assert renewed({"Go": "Go"}) == [("Aller", False)]
    assert renewed({"Go": long}) == [("Aller", True)]
    assert renewed({"Go": long}) == [("Aller", True)]
    assert renewed({"Go": long}, said="Touchez") == [("Touchez", False)]
    assert renewed({"Go": long}) == [("Touchez", False)]
    assert renewed({"Go": "Go"}) == [("Touchez", True)]


def test_bringing_a_catalog_up_to_date_twice_changes_nothing(tmp_path: Path) -> None:
    once = po.written(po.renewed(Catalog(locale="ar"), gathered(), "ar"))
    path = tmp_path / "ar" / "LC_MESSAGES" / "forms.po"
    path.parent.mkdir(parents=True)
    path.write_bytes(once)
    assert po.written(po.renewed(po.read(path), gathered(), "ar")) == once


@pytest.mark.parametrize(
    ("source", "said", "note", "fault"),
    [
        ("Hello ${name}", "Bonjour ${name}", "", None),
        ("Hello ${name}", "Bonjour", "", "it lacks ${name}: write it as it is"),
        ("Hello {name}", "Bonjour {nom}", "", "it lacks {name}: write it as it is"),
        ("Hello", "Bonjour {name}", "", "the source has no {name}: take it away"),
        ("See /mine", "Voir /mien", "", "it lacks /mine: write it as it is"),
        ("**Now**", "**Maintenant*", "", "it lacks **: write it as it is"),
        ("and/or", "et/ou", "", None),
        ("Yes", " Oui", "", "it begins or ends with a blank: take it away"),
        ("One\nTwo", "Un, deux", "", "it has 1 lines, the source 2"),
        ("Go", "Avancer", "Button, at most 5 characters.", "it has 7 characters: at most 5"),
        ("Go", "\u200fAller", "Button, at most 5 characters.", None),
    ],
)
def test_a_fault_in_a_translation_is_named(source: str, said: str, note: str, fault: str | None) -> None:
    made = Catalog(locale="fr", fuzzy=False)
    made.add(source, said, auto_comments=[note])
    assert [each.partition(": ")[2] for each in po.faults(made)][:1] == ([fault] if fault else [])


def test_a_plural_form_that_names_one_number_may_leave_the_number_out() -> None:
    made = po.renewed(Catalog(locale="ar"), catalog("en", {}), "ar")
    made.add(
        ("{count} voice", "{count} voices"),
        ("لا صوت", "صوت واحد", "صوتان", "أصوات", "{count} صوتًا", "{count} صوت"),
    )
    assert po.faults(made) == [
        "“{count} voice”: it lacks {count}: write it as it is"
    ]  # 3 to 10 are many numbers
