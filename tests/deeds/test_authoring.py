"""Authors send a form; it is read, shown, tried, published, answered and withdrawn."""

import pytest

from bot import buttons, team
from bot.authoring import AGAIN, TRIES, Authoring, kind_of, read
from bot.chat import publishing
from bot.chat.commands import AUTHORS
from bot.people import Role
from dialogs.reading.xlsform import read_workbook
from tests.deeds.stage import Player, Stage, catalogs
from tests.fakes import FakeClock, FakeMessenger
from tests.pictures import packed, png

CENSUS = """
| survey |
| | type | name | label::English (en) | label::French (fr) | required |
| | integer | size | How many live here? | Combien de personnes vivent ici ? | yes |
| | begin_repeat | child | Child | Enfant | |
| | text | called | What is it called? | Comment s’appelle-t-il ? | |
| | end_repeat | | | | |
| | select_one countries | where | In which country? | Dans quel pays ? | |

| settings |
| | form_title | form_id | version | default_language |
| | Census | census | {version} | English (en) |
"""

BROKEN = """
| survey |
| | type | name | label | relevant |
| | txet | a | A | |
"""

CROOKED = """
| survey |
| | type | name | label | relevant |
| | text | a | A | ${b} = frobnicate(1) |
| | text | b | B | |
| | text | c | C | ${b} = ( 1 |

| settings |
| | form_id | version |
| | crooked | 1 |
"""

BAD = """
| survey |
| | type | name | label | relevant | apperance |
| | text | a | A | frobnicate(1) | w1 |
| | text | b | B | ${a} = ( 1 | |
| | text | c | C | if(1, 2) = 1 | |
| | geotrace | d | D | | |
| | deviceid | e | | | |

| settings |
| | form_id | version |
| | bad | 1 |
"""

SAID_OF_BAD = {
    "fr": """
6 choses sont à corriger avant que ce formulaire puisse être posé :

feuille survey, ligne 1, colonne apperance : La colonne « apperance » n’est pas connue. Vouliez-vous
dire « appearance » ?

feuille survey, ligne 2, colonne relevant, /data/a : L’expression « frobnicate(1) » ne peut pas être
lue : il n’y a pas de fonction frobnicate(). Corrigez l’expression.

feuille survey, ligne 3, colonne relevant, /data/b : L’expression « /data/a = ( 1 » ne peut pas être
lue : ')' est attendu, on trouve la fin. Corrigez l’expression.

feuille survey, ligne 4, colonne relevant, /data/c : L’expression « if(1, 2) = 1 » ne peut pas être
lue : le nombre d’arguments de if() est 3, et non 2. Corrigez l’expression.

feuille survey, ligne 5, colonne type, /data/d : Une conversation ne peut pas demander « geotrace ».
Utilisez geopoint, ou laissez les gens le dire avec leurs mots.

feuille survey, ligne 6, colonne type, /data/e : « deviceid » dit qui est la personne, sans le lui
demander. Supprimez la ligne.
""",
    "ar": """
6 أشياء تحتاج إلى تصحيح قبل طرح هذه الاستمارة:

الورقة survey، الصف 1، العمود apperance: العمود «apperance» غير معروف. هل تقصدون «appearance»؟

الورقة survey، الصف 2، العمود relevant، /data/a: لا يمكن قراءة التعبير «frobnicate(1)»: لا توجد دالة
frobnicate(). صحّحوا التعبير.

الورقة survey، الصف 3، العمود relevant، /data/b: لا يمكن قراءة التعبير «/data/a = ( 1»: المنتظر ')'
والموجود النهاية. صحّحوا التعبير.

الورقة survey، الصف 4، العمود relevant، /data/c: لا يمكن قراءة التعبير «if(1, 2) = 1»: عدد وسائط
if() هو 3 وليس 2. صحّحوا التعبير.

الورقة survey، الصف 5، العمود type، /data/d: لا يمكن السؤال عن «geotrace» في محادثة. استعملوا
geopoint، أو دعوا الناس يصفونه بالكلمات.

الورقة survey، الصف 6، العمود type، /data/e: «deviceid» يكشف من هو الشخص دون سؤاله. احذفوا الصف.
""",
}
"""What an author reads of BAD, by the language of her phone."""

TEN = """
| survey |
| | type | name | label | relevant | choice_filter |
| | txet | a | A | | |
| | text | b c | B | | |
| | integer | d | D | ${nobody} = 1 | |
| | integer | d | D | | |
| | text | | Who? | | |
| | text | e | | | |
| | calculate | f | | | |
| | select_one nowhere | g | G | | |
| | select_multiple needs or_other | h | H | | food = 1 |
| | begin_group | i | I | ( 1 | |
| choices |
| | list_name | name | label |
| | needs | clean water | Water |
| | needs | | Food |
| | needs | roof | Roof |
| | needs | roof | Roof |
"""

SAID_OF_TEN = {
    "en": """
14 things are to be corrected before this form can be asked:

sheet survey, row 2, column type: “txet” is no type of question. Did you mean “text”?

sheet survey, row 3, column name: “b c” cannot be a name. Begin with a letter; then come letters, digits and _ - .
alone.

sheet survey, row 4, column relevant: “${nobody}” names no question. Correct the name.

sheet survey, row 5, column name: The name “d” is taken already. Choose another name.

sheet survey, row 6, column name: The row has no name. Fill in “name”.

sheet survey, row 7, column label: The question says nothing. Write a label.

sheet survey, row 8, column calculation: The row has no calculation. Fill in “calculation”.

sheet survey, row 9, column type: The list “nowhere” is not there. Add the list to the choices sheet.

sheet survey, row 10, column choice_filter: “or_other” and “choice_filter” cannot be used together. Leave
“choice_filter” empty.

sheet survey, row 11, column type: “begin_group” has no “end_group”. Write “end_group” where it belongs, or remove
the row.

sheet survey, row 11, column relevant: The expression “( 1” cannot be read: expected ')', found the end. Correct the
expression.

sheet choices, row 2, column name: The name of the choice “clean water” has a space in it. Write it like this:
clean_water

sheet choices, row 3, column name: The row has no name. Fill in “name”.

sheet choices, row 5, column name: The list “needs” has the choice “roof” twice. Choose another name.
""",
    "fr": """
14 choses sont à corriger avant que ce formulaire puisse être posé :

feuille survey, ligne 2, colonne type : « txet » n’est pas un type de question. Vouliez-vous dire « text » ?

feuille survey, ligne 3, colonne name : « b c » ne peut pas être un nom. Commencez par une lettre ; ensuite viennent
seulement des lettres, des chiffres et _ - .

feuille survey, ligne 4, colonne relevant : « ${nobody} » ne désigne aucune question. Corrigez le nom.

feuille survey, ligne 5, colonne name : Le nom « d » est déjà pris. Choisissez un autre name.

feuille survey, ligne 6, colonne name : La ligne n’a pas de name. Remplissez « name ».

feuille survey, ligne 7, colonne label : La question ne dit rien. Écrivez un label.

feuille survey, ligne 8, colonne calculation : La ligne n’a pas de calculation. Remplissez « calculation ».

feuille survey, ligne 9, colonne type : La liste « nowhere » n’existe pas. Ajoutez la liste à la feuille choices.

feuille survey, ligne 10, colonne choice_filter : « or_other » et « choice_filter » ne vont pas ensemble. Laissez
« choice_filter » vide.

feuille survey, ligne 11, colonne type : « begin_group » n’a pas de « end_group ». Écrivez « end_group » à sa place, ou
supprimez la ligne.

feuille survey, ligne 11, colonne relevant : L’expression « ( 1 » ne peut pas être lue : ')' est attendu, on trouve la
fin. Corrigez l’expression.

feuille choices, ligne 2, colonne name : Le nom du choix « clean water » contient une espace. Écrivez ainsi :
clean_water

feuille choices, ligne 3, colonne name : La ligne n’a pas de name. Remplissez « name ».

feuille choices, ligne 5, colonne name : La liste « needs » a deux fois le choix « roof ». Choisissez un autre name.
""",
}
"""What an author reads of TEN: all that pyxform would have told one after another."""


def paragraphs(text: str) -> list[str]:
    """Each on one line, with plain spaces."""
    return [" ".join(each.split()) for each in text.split("\n\n")]


@pytest.fixture
async def rose(stage: Stage) -> Player:
    """An author of the partner mmm."""
    return await stage.moderator(9, Role.AUTHOR)


MANY_COLUMNS = ",".join(["name", "label", *(f"a_long_name_{n}" for n in range(3_000))]).encode() + b"\n"
PLACES = b"name,label\nk,Karonga\n"
READS_A_FILE = """
| survey |
| | type | name | label | media::image |
| | select_one_from_file places.csv | where | Where? | map.png |

| settings |
| | form_id | version |
| | places | 1 |
"""


async def sends(stage: Stage, author: Player, form: str | bytes, *, file: str = "f1") -> None:
    """A file is sent, and read at the next tick."""
    await author.sends(document={"file_id": file, "file_unique_id": file, "mime_type": "text/markdown"})
    messenger = FakeMessenger()
    messenger.recordings[file] = form.encode() if isinstance(form, str) else form
    await reads(stage, messenger)


async def reads(stage: Stage, messenger: FakeMessenger) -> int:
    tick = Authoring(stage.store, messenger, FakeClock(stage.now), catalogs(), publishing.tell_outcome)
    read = await tick.fetch()
    await stage.deliver()
    return read


async def published(stage: Stage, author: Player, version: str = "1") -> None:
    await sends(stage, author, CENSUS.format(version=version))
    await author.taps("Publish")


async def test_a_form_that_was_sent_is_shown_with_what_can_be_done(stage: Stage, rose: Player) -> None:
    assert "You write forms for Make Mothers Matter" in rose.sees
    await sends(stage, rose, CENSUS.format(version="1"))
    assert rose.sees == "“Census”, version 1: 3 questions, in English and Français."
    assert rose.last.labels == (
        "Preview: English",
        "Preview: Français",
        "Try it here",
        "Publish",
        "Withdraw",
    )


async def test_a_preview_is_the_conversation_in_that_language(stage: Stage, rose: Player) -> None:
    await sends(stage, rose, CENSUS.format(version="1"))
    await rose.taps("Preview: Français")
    assert "Bot: Combien de personnes vivent ici ?" in rose.sees
    assert "= finished" in rose.sees
    await rose.taps("Back to the form")
    assert rose.sees.startswith("“Census”")


async def test_everything_that_is_wrong_is_told_at_once_with_its_row(stage: Stage, rose: Player) -> None:
    await sends(stage, rose, BROKEN)
    assert rose.sees.startswith(
        "1 thing is to be corrected before this form can be asked:\n\nsheet survey, row 2, column type: “txet” "
    )
    await sends(stage, rose, CROOKED)
    assert "2 things are to be corrected" in rose.sees
    assert "sheet survey, row 2, column relevant, /data/a: " in rose.sees
    assert "frobnicate" in rose.sees
    assert "sheet survey, row 4, column relevant, /data/c: " in rose.sees
    assert rose.last.labels == ()


@pytest.mark.parametrize("language", SAID_OF_BAD)
async def test_an_author_reads_every_issue_in_her_language(stage: Stage, language: str) -> None:
    """Names, columns and expressions stay as she wrote them, in their own direction (S13)."""
    stage.person(9, language)
    author = await stage.moderator(9, Role.AUTHOR)
    await sends(stage, author, BAD)
    assert paragraphs(author.sees) == paragraphs(SAID_OF_BAD[language])


@pytest.mark.parametrize("language", SAID_OF_TEN)
async def test_many_mistakes_of_one_workbook_are_told_together(stage: Stage, language: str) -> None:
    stage.person(9, language)
    author = await stage.moderator(9, Role.AUTHOR)
    await sends(stage, author, TEN)
    assert paragraphs(author.sees) == paragraphs(SAID_OF_TEN[language])


async def test_advice_on_other_tools_does_not_stop_a_form(stage: Stage, rose: Player) -> None:
    await sends(stage, rose, CENSUS.replace(" yes |", " floor(1.5) = 1 |").format(version="1"))
    assert "“Census”, version 1" in rose.sees
    assert "ODK Collect does not know floor(). Use int()." in rose.sees
    await rose.taps("Publish")
    assert "It begins here" in rose.sees


async def test_more_issues_than_one_message_holds_are_counted(stage: Stage, rose: Player) -> None:
    rows = "".join(f"| | text | a{number} | A | nope() |\n" for number in range(publishing.SHOWN + 3))
    await sends(stage, rose, f"| survey |\n| | type | name | label | relevant |\n{rows}")
    told = rose.sees.split("\n\n")
    assert (len(told), told[-1]) == (1 + publishing.SHOWN + 1, "And more of them: 3")


async def test_a_try_keeps_nothing(stage: Stage, rose: Player) -> None:
    await sends(stage, rose, CENSUS.format(version="1"))
    await rose.taps("Try it here")
    assert "How many live here?" in rose.sees
    await rose.says("4")
    await rose.says("Koto")
    await rose.taps("That is all")
    await rose.taps("Skip")
    assert rose.sees == "This was a try: nothing of it is kept. Your forms: /forms"
    assert (await stage.testimonies(9), await stage.sessions()) == ([], [])


async def test_a_published_form_is_answered_after_its_opening_and_carries_her_consent(
    stage: Stage, rose: Player
) -> None:
    """S31, S35: who can see it and whether it may be kept come first, though the author asks neither."""
    await published(stage, rose)
    assert "It begins here: /start f-census" in rose.sees
    amina = stage.person(1)
    await amina.starts("f-census")
    await amina.taps("English")
    assert "Volunteers of Make Mothers Matter read what you tell." in amina.sees
    await amina.agrees()
    assert "How many live here?" in amina.sees
    await amina.says("4")
    await amina.says("Koto")
    await amina.taps("Add one")
    await amina.says("Soa")
    await amina.taps("That is all")
    await amina.says("Madagascar")
    assert amina.sees.startswith("Received: ")
    [told] = await stage.testimonies(1)
    assert (told.form, told.form_version, told.answers) == (
        "census",
        "1",
        {
            "/data/size": "4",
            "/data/child[1]/called": "Koto",
            "/data/child[2]/called": "Soa",
            "/data/where": "MG",
        },
    )
    granted = {each.purpose: (each.granted, bool(each.wording)) for each in await stage.consents(1)}
    assert granted == {
        "keep": (True, True),
        "share": (False, False),
        "publish": (False, False),
        "quote": (False, False),
        "contact": (False, False),
    }
    await amina.starts("f-census")
    assert "How many live here?" in amina.sees  # asked once, the consent is not asked for again


async def test_without_consent_the_authors_form_does_not_begin(stage: Stage, rose: Player) -> None:
    """S31."""
    await published(stage, rose)
    amina = stage.person(1)
    await amina.starts("f-census")
    await amina.taps("English")
    await amina.taps("I understand")
    await amina.taps("No, thank you")
    assert "How many live here?" not in amina.everything
    assert await stage.sessions() == []


async def test_a_new_version_begins_and_open_sessions_keep_theirs(stage: Stage, rose: Player) -> None:
    """R22."""
    await published(stage, rose)
    amina = stage.person(1)
    await amina.starts("f-census")
    await amina.taps("English")
    await amina.agrees()
    await published(stage, rose, version="2")
    await amina.says("4")
    await amina.taps("Skip")
    await amina.taps("That is all")
    await amina.taps("Skip")
    assert [told.form_version for told in await stage.testimonies(1)] == ["1"]
    await rose.says("/forms")
    assert rose.last.labels == ("● census · 2", "◌ census · 1")


async def test_a_published_version_cannot_say_something_else(stage: Stage, rose: Player) -> None:
    """R22."""
    await published(stage, rose)
    await sends(stage, rose, CENSUS.format(version="1").replace("How many", "How often"))
    assert "Version 1 is published already, and this file says something else." in rose.sees


async def test_a_form_that_is_withdrawn_ends_kindly(stage: Stage, rose: Player) -> None:
    """R22."""
    await published(stage, rose)
    amina, soa = stage.person(1), stage.person(2)
    for person in (amina, soa):
        await person.starts("f-census")
        await person.taps("English")
        await person.agrees()
    await soa.says("/stop")
    heard = soa.replies
    await rose.taps("Withdraw")
    assert len(await stage.sessions()) == 2
    await rose.taps("Yes, withdraw")
    assert "is asked no more" in rose.sees
    assert amina.sees.startswith("These questions are no longer asked")
    assert soa.replies == heard  # who asked us not to write first is not written to (S45)
    assert await stage.sessions() == []
    await amina.starts("f-census")
    assert "How many live here?" not in amina.sees


async def test_a_button_of_long_ago_withdraws_no_form_and_asks_once_more(stage: Stage, rose: Player) -> None:
    """S23: it would erase what people have begun."""
    await published(stage, rose)
    amina = stage.person(1)
    await amina.starts("f-census")
    await amina.taps("English")
    await amina.agrees()
    await rose.taps("Withdraw")
    stage.now += buttons.AT_ONCE
    await rose.taps("Yes, withdraw")
    assert rose.sees.startswith("That button is from a while ago.")
    assert len(await stage.sessions()) == 1
    await rose.taps("Yes, withdraw")
    assert "is asked no more" in rose.sees


async def test_the_names_of_the_built_in_forms_and_of_other_partners_are_taken(
    stage: Stage, rose: Player
) -> None:
    """S20."""
    await published(stage, rose)
    other = await stage.moderator(8, Role.AUTHOR, partner="omep")
    await sends(stage, other, CENSUS.format(version="7"), file="f2")
    assert "“census” is the name of another form." in other.sees
    await sends(stage, other, CENSUS.format(version="7").replace("census", "testimony"), file="f3")
    assert "“testimony” is the name of another form." in other.sees
    await other.says("/forms")
    assert "You have no form yet" in other.sees


async def test_authors_do_not_read_voices_and_readers_write_no_forms(stage: Stage, rose: Player) -> None:
    """S22: the right to act is the role of the one who taps, read at each tap."""
    await stage.person(1).tells()
    assert "waiting" not in rose.everything
    await rose.says("/next")
    assert rose.sees.startswith("This part is for the volunteers who read voices.")
    reader = await stage.moderator(7)
    await reader.says("/forms")
    assert reader.sees == "This is for authors of forms. You are not one, or no longer one."
    await reader.sends(document={"file_id": "f", "file_unique_id": "f"})
    assert await reads(stage, FakeMessenger()) == 0
    await published(stage, rose)
    author = await stage.role(9)
    number, publish = rose.button("Publish")
    await stage.do(lambda unit: team.remove(unit, stage.here("removed"), author.id))
    await stage.deliver()
    await rose.taps_data(publish.data, number)
    assert rose.sees == "This is for authors of forms. You are not one, or no longer one."


async def test_a_file_that_cannot_be_fetched_is_asked_for_again_and_then_given_up(
    stage: Stage, rose: Player
) -> None:
    """R30."""

    class Broken(FakeMessenger):
        async def fetch(self, file: str) -> bytes | None:
            raise TimeoutError

    await rose.sends(document={"file_id": "f", "file_unique_id": "f"})
    for _ in range(TRIES - 1):
        assert await reads(stage, Broken()) == 0
        assert await reads(stage, FakeMessenger()) == 0  # not yet
        stage.now += AGAIN
    assert await reads(stage, Broken()) == 1
    assert "The file did not reach us" in rose.sees
    assert await reads(stage, Broken()) == 0


async def test_a_file_from_an_author_who_is_answering_a_form_is_an_answer(stage: Stage, rose: Player) -> None:
    await rose.arrives()
    await rose.sends(document={"file_id": "f", "file_unique_id": "f"})
    assert await reads(stage, FakeMessenger()) == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04", ".xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1", ".xls"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>", ".xml"),
        (b"\n| survey |", ".md"),
        (b'"survey"', ".csv"),
        (b"", ".csv"),
    ],
)
def test_a_file_is_known_by_how_it_begins(content: bytes, kind: str) -> None:
    """S9: never by its name."""
    assert kind_of(content) == kind


def test_authors_have_a_command() -> None:
    assert set(AUTHORS) == set(publishing.COMMANDS)


@pytest.mark.parametrize("name", ["our census", "recensement-é", "x" * 63])
def test_a_forms_id_must_fit_into_a_link(name: str) -> None:
    issues = read(CENSUS.format(version="1").replace("| census |", f"| {name} |").encode()).issues
    assert [str(issue.cause) for issue in issues] == [f"No link can carry the id “{name}”."]
    assert read(CENSUS.format(version="1").replace("| census |", f"| {'x' * 62} |").encode()).form is not None


def told(content: bytes, beside: dict[str, bytes] | None = None) -> list[tuple[bool, str]]:
    """What is said of a file: whether it is advice, and where, why and what to do."""
    return [(issue.advice, str(issue)) for issue in read(content, beside or {}).issues]


def test_files_that_are_missing_are_named_and_what_is_not_needed_is_advised() -> None:
    both = "Send a .zip with the form and the files it names."
    row = "survey, row 2, {}, /data/where: "
    shown = f"{row.format('media::image')}The form shows map.png, which were not sent: it is asked without. {both}"
    table = READS_A_FILE.encode()
    assert told(table) == [
        (False, f"{row.format('type')}The form reads “places.csv”, which was not sent. {both}")
    ]
    assert told(packed({"f.md": table, "places.csv": PLACES})) == [(True, shown)]
    more = {"places.csv": PLACES, "map.png": png(), "other.csv": PLACES, "b.png": png(1)}
    unread = "The form names none of these files: b.png, other.csv. Leave them out."
    assert told(packed({"f.md": table} | more)) == told(table, more) == [(True, unread)]


def test_a_form_with_its_files_is_whole_in_itself() -> None:
    reading = read(
        packed({"f.md": READS_A_FILE.encode(), "media/places.csv": PLACES, "media/map.png": png()})
    )
    assert reading.form is not None
    assert reading.contents == {reading.form.files["map.png"].digest: png()}
    (question,) = reading.form.questions()
    assert question.itemset is not None
    assert list(question.itemset.choices) == ["k"]
    xml = reading.form.xml.encode()
    again = read(packed({"form.xml": xml, "map.png": png()})).form
    assert again is not None
    assert (again.xml, again.files) == (reading.form.xml, reading.form.files)


def test_an_exported_xform_takes_its_lists_from_files_too() -> None:
    """As ODK Central hands it out: the form and its media, beside each other."""
    xml, _ = read_workbook(READS_A_FILE, name="places", kind=".md")
    reading = read(packed({"places.xml": xml.encode(), "places-media/places.csv": PLACES}))
    assert reading.form is not None
    assert "Karonga" in reading.form.xml


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("places.csv", MANY_COLUMNS + (b"," * 3_000 + b"\n") * 1_500),
        ("places.csv", b"name\n" + b"a" * 5_300_000),
        ("places.geojson", b"[" * 200_000),
        ("places.xml", b"<a>" * 50_000),
    ],
)
def test_a_list_that_would_be_too_much_is_refused_in_the_child(name: str, content: bytes) -> None:
    """S10: a list of a few MB may become a form of very many."""
    table = READS_A_FILE.replace("places.csv", name).encode()
    [issue] = read(packed({"f.md": table, name: content})).issues
    assert not issue.advice
    assert f"The file “{name}” cannot be read: " in issue.cause


async def test_an_author_sends_a_zip(stage: Stage, rose: Player) -> None:
    await sends(stage, rose, packed({"f.md": READS_A_FILE.encode(), "places.csv": PLACES, "map.png": png()}))
    assert rose.sees == "“places”, version 1: 1 questions, in default."
    await rose.taps("Publish")
    form = await stage.store.transact(lambda unit: unit.forms.current("places"))
    digest = form.files["map.png"].digest
    assert await stage.store.transact(lambda unit: unit.contents.get(digest)) == png()
    await sends(stage, rose, packed({"a.png": png()}))
    assert "There is no form in the .zip. Put one form into the .zip" in rose.sees
