"""What was told in a form leaves as submissions: `voices export` as a process, beside the running bot."""

import asyncio
import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.config import Settings
from bot.packets import copied
from sandbox import Sandbox
from sandbox.people import VOICE, Person
from tests.journeys.operating import STARTS, Said, Shell, stopped
from tests.journeys.stage import PARTNER, open_house

DEPLOY = Path(__file__).parents[2] / "deploy"

TALE = """
| survey |
| | type | name | label | required | body::tg:voice | bind::tg:means |
| | text | story | What is hard? | | voice | story |
| | audio | voice | Voice | | | |
| | begin_repeat | child | Child | | | |
| | integer | age | How old? | yes | | |
| | end_repeat | | | | | |
| | select_one yesno | danger | Is it dangerous to tell? | yes | | sensitive |
| | select_multiple purposes | consents | What may we do? | | | consents |

| choices |
| | list_name | name | label |
| | yesno | yes | It is |
| | yesno | no | It is not |
| | purposes | share | Share it |
| | purposes | quote | Quote it |

| settings |
| | form_id | version | form_title | namespaces |
| | tale | 1 | Tale | tg="https://voices.example/xforms/chat" |
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a folder in which the bot has run before, with the form beside it."""
    settings = Settings(data_dir=tmp_path / "var" / "data", key_file=tmp_path / "var" / "keys" / "voices.key")
    asyncio.run(open_house(settings))
    (tmp_path / "tale.md").write_text(TALE, "utf-8")
    return Shell(tmp_path)


async def tells(person: Person, words: str, *, danger: str, allows: str, notes: int = 0) -> None:
    """Answer the form from its link to the receipt."""
    await person.starts("f-tale")
    for label in ("English", "I understand, I am an adult", "Yes"):
        await person.taps(label, within=STARTS)
    await person.sees("What is hard?", within=STARTS)
    await person.says(words)
    await person.sees("How old?", within=STARTS)
    for _ in range(notes):
        await person.sends_voice()
        await person.sees("Thank you, added.", within=STARTS)
    await person.says("7")
    await person.taps("That is all", within=STARTS)
    await person.taps(danger, within=STARTS)
    await person.taps(allows, within=STARTS)
    await person.taps("Done", within=STARTS)
    await person.sees("Received: ", within=STARTS)


def journal(folder: Path) -> list[tuple[str, str, str]]:
    with sqlite3.connect(folder / "var" / "data" / "voices.db") as rows:
        return rows.execute("select actor, verb, object from journal where verb = 'exported'").fetchall()


async def test_what_may_be_shared_leaves_as_submissions_and_nothing_else(shell: Shell) -> None:
    """S31, S34: with the recordings, for the owner of the account alone, and a line in the journal for each."""
    out = shell.folder / "out"
    leave = ("export", str(out), "--form", "tale", "--as", "xform")
    async with Sandbox(flood=False) as sandbox:
        shell.speaks_to(sandbox)
        published = await shell.voices("form", "publish", "tale.md")
        assert published == Said(0, f"tale 1 of {PARTNER} is published.\n")
        people = {name: sandbox.person(name, language="en") for name in ("Amina", "Binta", "Chau")}
        async with shell.running("run") as process:
            await sandbox.polled(STARTS)
            await asyncio.gather(
                tells(people["Amina"], "Rice & <salt>", danger="It is not", allows="Share it", notes=2),
                tells(people["Binta"], "Not to be shared", danger="It is not", allows="Quote it"),
                tells(people["Chau"], "Of danger", danger="It is", allows="Share it"),
            )
            await sandbox.quiet()
            said = await shell.voices(*leave)
            for _ in range(STARTS):  # the recordings come at the next ticks
                if "2 files are in" in said.out:
                    break
                await asyncio.sleep(1)
                for each in sorted(out.rglob("*"), reverse=True):
                    each.rmdir() if each.is_dir() else each.unlink()
                out.rmdir()
                said = await shell.voices(*leave)
            stays = "1 texts stayed here: names are not hidden in them yet (docs/moderators.md).\n"
            assert said.code == 0
            assert said.out.startswith(
                f"1 voices and 2 files of theirs are in {out}. Destroy every copy by 20"
            )
            assert said.out.endswith(stays)
            listed = await shell.voices("exports")
            assert f"{PARTNER}  tale  xform  1 voices, by the operator  made 20" in listed.out
            assert (await stopped(process)).code == 0
    [own] = [each for each in out.iterdir() if each.is_dir()]
    assert [each.name for each in out.iterdir() if each != own] == ["README.txt"]
    assert sorted(each.name for each in own.iterdir()) == ["submission.xml", "voice-1.oga", "voice-2.oga"]
    assert (own / "voice-1.oga").read_bytes() == (own / "voice-2.oga").read_bytes() == copied(VOICE)
    assert {path.stat().st_mode & 0o777 for path in own.iterdir()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (out, own)} == {0o700}
    written = (own / "submission.xml").read_text("utf-8")
    root = ElementTree.fromstring(written)
    assert (root.tag, root.attrib["id"], root.attrib["version"]) == ("data", "tale", "1")
    assert [(each.tag, each.text) for each in root.iter() if not len(each)] == [
        ("story", None),  # S32: nobody has hidden names in it yet
        ("voice", "voice-1.oga"),
        ("voice", "voice-2.oga"),
        ("age", "7"),
        ("danger", "no"),
        ("consents", "share"),
        ("instanceID", own.name),
    ]
    assert {line[:2] for line in journal(shell.folder)} == {("operator", "exported")}
    assert len({line[2] for line in journal(shell.folder)}) == 1


async def test_a_folder_that_is_there_is_never_written_to(shell: Shell) -> None:
    (shell.folder / "out").mkdir()
    leave = ("export", "--form", "testimony")
    assert await shell.voices(*leave, "out") == Said(1, err="out is there already: name a new folder.\n")
    assert await shell.voices(*leave, "no/out") == Said(
        1, err="no/out cannot be written (No such file or directory): name another folder.\n"
    )
    assert journal(shell.folder) == []


async def test_a_form_that_is_not_there_and_a_day_that_is_none_are_said(shell: Shell) -> None:
    unknown = await shell.voices("export", "out", "--form", "tale")
    assert unknown == Said(1, err=f"{PARTNER} has no form tale: voices form list.\n")
    wrong = await shell.voices("export", "out", "--form", "testimony", "--since", "yesterday")
    assert (wrong.code, "--since" in wrong.err) == (2, True)
    nothing = await shell.voices("export", "out", "--form", "testimony", "--since", "2026-01-31")
    assert nothing.out.startswith("0 voices are in out. Destroy every copy by 20")
    assert "Nobody is asked whether a voice may be shared: there is one partner" in nothing.out
    assert sorted(each.name for each in (shell.folder / "out").iterdir()) == [
        *("README.txt", "codes.csv", "dictionary.csv", "voices.csv")
    ]
    assert not (shell.folder / "tale").exists()


async def test_earlier_posts_come_in_from_a_table_and_nothing_of_one_with_a_mistake(shell: Shell) -> None:
    """The example of docs/import.md; what is wrong is told by row, cause and remedy."""
    for name in ("import.csv", "import.toml"):
        (shell.folder / name).write_bytes((DEPLOY / name).read_bytes())
    with (shell.folder / "import.csv").open("a") as file:
        file.write("31/04/2020,,Atlantis,fr,,,A day that never was,post 104\n")
    refused = await shell.voices("import", "import.csv", "--columns", "import.toml")
    assert (refused.code, refused.out) == (1, "")
    day, country = sorted(refused.err.splitlines(), reverse=True)
    assert country.startswith(
        "row 5, Country: “Atlantis” is no country we know. Say what it is under [countries]"
    )
    assert day.startswith("row 5, Date: “31/04/2020” is no day up to today.")
    (shell.folder / "import.csv").write_bytes((DEPLOY / "import.csv").read_bytes())
    brought = await shell.voices("import", "import.csv", "--columns", "import.toml")
    assert brought == Said(
        0,
        f"3 voices wait to be read for {PARTNER}.\nform: testimony 2, initiative 1\n"
        "language: fr 2, mg 1\ncountry: MG 3\n",
    )
