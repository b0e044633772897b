"""Exporting: what may leave leaves, as any kind of files, for its partner alone; and is remembered until it is gone."""

import csv
import json
import random
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot import exporting, reclaiming, retention
from bot.exporting import Exported, export
from bot.exports.columns import path_of
from bot.exports.record import KINDS
from bot.forward import instance_id
from bot.packets import copied
from bot.people import Association, Consent, Partner, Region, Respondent, Role
from bot.ports import Unit
from bot.redaction import Redaction, digest
from bot.sweeping import sweep
from bot.testimony import State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from storage.vault import Files
from tests.collectors import keep_voice
from tests.deeds.stage import Stage, catalogs, forms
from tests.fakes import FakeClock
from tests.recordings import HOSTILE, NO_RECORDINGS
from tests.stores import reader, someone, voice

STORY = "Bakoly Jean says: call 034 12 345 67."
CLEAN = "[name] says: call [number]."
TOLD = forms()[0]
REF, COUNTRY = str(TOLD.meaning("story")), str(TOLD.meaning("country"))


class NoVault:
    """No recording is here."""

    async def put(self, medium: str, respondent: str, content: bytes) -> None: ...
    async def get(self, medium: str, respondent: str) -> bytes | None:
        return None

    async def drop(self, medium: str) -> None: ...


def told(unit: Unit, her: Respondent, words: str = STORY, *, copy: str = CLEAN, **more: Any) -> Voice:
    """A voice that may be shared, with a redacted copy of its story (`copy`: none where empty)."""
    allowed: Collection[str] = more.pop("allowed", ("keep", "share"))
    answers = {"/testimony/entry": "adult", "/testimony/keep": "yes", REF: words, COUNTRY: "MG"}
    made = voice(her, form_version=TOLD.version, answers=answers, said={}, **more)
    given = [Consent(made.id, each, True, "sha256:ab", "fr", made.received_at) for each in allowed]
    unit.testimonies.add(made, given)
    if copy:
        [by, *_] = unit.people.moderators_of(her.partner) or [reader(unit, 600, partner=her.partner)]
        mine = Redaction("", made.id, by.id, by.address, made.received_at, {REF: copy}, {REF: digest(words)})
        unit.redactions.add(mine, respondent=her.id)
    return made


async def out(stage: Stage, folder: Path, kind: str = "csv", partner: str = "mmm", **more: Any) -> Exported:
    whose = await stage.do(lambda unit: unit.people.partner(partner))
    since, vault = more.pop("since", None), more.pop("vault", NoVault())
    return await export(
        stage.store, vault, "testimony", whose, since, folder, stage.now, catalogs(), kind, **more
    )


def table(folder: Path) -> list[dict[str, str]]:
    text = (folder / "voices.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def everything(folder: Path) -> str:
    """Whatever stands in any of its files."""
    found = ""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        found += path.name
        if path.suffix == ".xlsx":
            with ZipFile(path) as parts:
                found += "".join(parts.read(name).decode() for name in parts.namelist())
        else:
            found += path.read_text("utf-8-sig")
    return found


async def test_what_leaves_is_a_day_a_country_the_copy_and_no_trace_of_the_person(
    stage: Stage, tmp_path: Path
) -> None:
    """S6, S32, S36: her receipt, our id, the hour and her own words stay here, whatever the kind of file."""

    def fill(unit: Unit) -> Voice:
        unit.associations.save_region(Region("r", "Madagascar", ("MG",)))
        unit.associations.add(Association("a", "mmm", "Mamans de Tana", "MG", "r"))
        return told(unit, someone(unit, partner="mmm"), association="a", themes=("food",))

    made = await stage.do(fill)
    for kind in KINDS:
        done = await out(stage, tmp_path / kind, kind)
        assert (done.voices, done.stayed) == (1, 0)
        written = everything(tmp_path / kind)
        assert CLEAN in written, kind
        for secret in ("Bakoly", "034", made.receipt, made.id, made.respondent, "20:15", "123456"):
            assert secret not in written.replace(instance_id(made.id), ""), (kind, secret)
    [row] = table(tmp_path / "csv")
    assert row == row | {
        "id": instance_id(made.id),
        "day": "2026-11-23",
        "partner": "Make Mothers Matter",
        "association": "Mamans de Tana",
        "country": "MG",
        "region": "Madagascar",
        "language": "fr",
        "state": "received",
        "themes": "food",
        "theme_names": "Food",
        "stayed": "0",
        f"answer/{path_of(REF)}": CLEAN,
        "continued": "",
    }
    assert not [name for name in row if "consents" in name or "photo" in name]


async def test_a_text_in_which_names_are_not_hidden_stays_and_is_counted(
    stage: Stage, tmp_path: Path
) -> None:
    """S32: also where the copy was made of other words than hers of today."""
    await stage.do(lambda unit: told(unit, someone(unit, 1, partner="mmm"), copy=""))
    await stage.do(lambda unit: told(unit, someone(unit, 2, partner="mmm"), copy="Call 034 12 345 67"))
    assert (await out(stage, tmp_path / "out")).stayed == 2
    assert [row["stayed"] for row in table(tmp_path / "out")] == ["1", "1"]
    assert "034 12" not in everything(tmp_path / "out")


async def test_nothing_leaves_that_may_not_and_nothing_of_another_partner(
    stage: Stage, tmp_path: Path
) -> None:
    """S20, S31, S34: in each kind of file of one partner stands nothing of the other."""

    def fill(unit: Unit) -> None:
        people = iter(someone(unit, n, partner="mmm") for n in range(1, 9))
        told(unit, next(people), "Ours may leave", copy="Ours may leave")
        told(unit, next(people), "Secret not shared", copy="Secret not shared", allowed=("keep", "publish"))
        told(unit, next(people), "Secret sensitive", copy="Secret sensitive", sensitive=True)
        for state in (State.SET_ASIDE, State.WITHDRAWN):
            told(unit, next(people), f"Secret {state}", copy=f"Secret {state}", state=state)
        back = told(unit, next(people), "Secret taken back", copy="Secret taken back")
        unit.testimonies.add_consents([Consent(back.id, "share", False, "", "fr", stage.now)])
        told(unit, someone(unit, 10, partner="omep"), "Theirs may leave", copy="Theirs may leave")

    await stage.do(fill)
    for kind in KINDS:
        for partner, ours, theirs in (("mmm", "Ours", "Theirs"), ("omep", "Theirs", "Ours")):
            folder = tmp_path / f"{kind}-{partner}"
            assert (await out(stage, folder, kind, partner)).voices == 1
            written = everything(folder)
            found = [f"{each} may leave" in written for each in (ours, theirs)]
            assert (found, "Secret" in written) == ([True, False], False), (kind, partner)


async def test_each_voice_that_leaves_is_in_the_journal_and_the_export_is_remembered(
    stage: Stage, tmp_path: Path
) -> None:
    """S41, S42: its last day stands in the folder, in the list, and is told at the shell."""
    made = await stage.do(lambda unit: told(unit, someone(unit, partner="mmm")))
    done = await out(stage, tmp_path / "out", "xlsx")
    [line] = await stage.deeds("exported")
    assert (line.actor, line.object) == ("operator", f"testimony:{made.id}")
    [kept] = await stage.do(lambda unit: unit.exports.of("mmm"))
    assert await stage.do(lambda unit: unit.exports.of("omep")) == []
    assert (kept.form, kept.kind, kept.actor, kept.count) == ("testimony", "xlsx", "operator", 1)
    assert kept.expires_at == done.until == stage.now + timedelta(days=7)
    page = (tmp_path / "out" / "README.txt").read_text()
    assert "DESTROY THIS FOLDER, AND EVERY COPY OF IT, BY 2026-11-30." in page
    [begun] = await stage.deeds("took out")
    assert begun.object == f"export:{kept.id}"
    await sweep(stage.store, kept.expires_at + retention.LISTED)
    assert await stage.do(lambda unit: unit.exports.of("mmm")) == [kept]
    await sweep(stage.store, kept.expires_at + retention.LISTED + timedelta(seconds=1))
    assert await stage.do(lambda unit: unit.exports.of("mmm")) == []


async def test_when_on_a_day_something_was_told_cannot_be_seen(stage: Stage, tmp_path: Path) -> None:
    """S6: whatever the hours were, the same files come out."""
    chance = random.Random(6)

    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 2, 2, 2, 2, 9)]
    ids = [f"{chance.getrandbits(128):032x}" for _ in days]
    written = []
    for turn in range(3):
        partner = f"p{turn}"

        def fill(unit: Unit, partner: str = partner, turn: int = turn) -> None:
            unit.people.add_partner(Partner(partner, "The same"))
            for n, day in enumerate(days):
                her = someone(unit, 1000 * (turn + 1) + n, partner=partner)
                at = day + timedelta(seconds=chance.randrange(86_400))
                told(unit, her, "x", copy="x", id=f"{turn}{ids[n][1:]}", received_at=at)

        await stage.do(fill)
        await out(stage, tmp_path / partner, partner=partner)
        rows = table(tmp_path / partner)
        mine = {instance_id(voice_of(f"{turn}{each[1:]}").id): n for n, each in enumerate(ids)}
        written.append([(row["day"], mine[row["id"]]) for row in rows])
    assert written[0] == written[1] == written[2]
    assert [day for day, _ in written[0]] == ["2026-03-01", *["2026-03-02"] * 5, "2026-03-09"]


def voice_of(id: str) -> Voice:
    return voice(Respondent("r", "a", "p"), id=id)


async def test_it_is_read_page_by_page_and_since_a_moment(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it: no transaction reads more than a page."""
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    pages = []
    real = exporting.page_of

    def counted(unit: Unit, taken: Any, ids: Any, make: Any) -> Any:
        pages.append(len(ids))
        return real(unit, taken, ids, make)

    monkeypatch.setattr(exporting, "page_of", counted)

    def fill(unit: Unit) -> None:
        for n in range(10):
            at = stage.now - timedelta(days=40 if n < 2 else 3)
            told(unit, someone(unit, n + 1, partner="mmm"), received_at=at)

    await stage.do(fill)
    assert (await out(stage, tmp_path / "all")).voices == 10
    assert pages == [2, 3, 3, 2]
    assert (await out(stage, tmp_path / "late", since=stage.now - timedelta(days=9))).voices == 8
    with pytest.raises(FileExistsError):
        await out(stage, tmp_path / "late")


async def test_what_breaks_off_is_known_to_be_out_with_all_that_may_lie_there(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S41: a full disk leaves a folder that somebody must destroy."""

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "written", full)
    await stage.do(lambda unit: told(unit, someone(unit, 1, partner="mmm")))
    with pytest.raises(OSError, match="No space"):
        await out(stage, tmp_path / "out", "xform")
    [taken] = await stage.do(lambda unit: unit.exports.of("mmm"))
    assert taken.count == 1


async def test_what_is_taken_back_while_it_is_read_does_not_leave(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S31: it is looked at once more as its page is made."""
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    both = await stage.do(lambda unit: [told(unit, someone(unit, n, partner="mmm")) for n in (1, 2)])
    real = exporting.page_of

    def then(unit: Unit, taken: Any, ids: Any, make: Any) -> Any:
        """The other one is set aside once the first has left."""
        found = real(unit, taken, ids, make)
        for other in (each for each in both if found and each.id not in ids):
            unit.testimonies.save(replace(other, state=State.SET_ASIDE))
        return found

    monkeypatch.setattr(exporting, "page_of", then)
    assert (await out(stage, tmp_path / "out", "jsonl")).voices == 1
    lines = (tmp_path / "out" / "voices.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["received"]


async def test_who_leads_sees_what_is_out_and_is_told_once_when_its_time_is_over(
    stage: Stage, tmp_path: Path
) -> None:
    """S20, S41: no file comes by Telegram; another partner's lead hears nothing of it."""
    lena, vera, theirs = (
        await stage.moderator(1, Role.LEAD),
        await stage.moderator(2),
        await stage.moderator(3, Role.LEAD, "omep"),
    )
    await stage.do(lambda unit: told(unit, someone(unit, 10, partner="mmm")))
    await lena.says("/export")
    assert lena.sees.startswith("No file is out just now.")
    await out(stage, tmp_path / "out", "hxl")
    await lena.says("/export")
    assert lena.sees.startswith(
        "testimony, hxl, taken out on November 23, 2026. Voices: 1. Destroy every copy by November 30, 2026."
    )
    assert (lena.last.files, lena.last.message.protect) == ((), True)
    await vera.says("/export")
    assert vera.sees == "Files are taken out for a lead of your team."
    await theirs.says("/export")
    assert theirs.sees.startswith("No file is out just now.")

    async def time_passes(**units: float) -> None:
        stage.now += timedelta(**units)
        await stage.do(lambda unit: reclaiming.remind(unit, stage.here()))
        await stage.deliver()

    before = [each.replies for each in (lena, vera, theirs)]
    await time_passes(days=6)
    assert [each.replies for each in (lena, vera, theirs)] == before
    for _ in range(3):
        await time_passes(days=1)
    assert lena.sees == (
        "⚠️ testimony, hxl, taken out on November 23, 2026: its time is over. Please destroy every copy now."
    )
    assert [each.replies for each in (lena, vera, theirs)] == [before[0] + 1, *before[1:]]
    await lena.says("/export")
    assert "its time is over" in lena.sees


def revoked(unit: Unit, one: Voice) -> None:
    unit.testimonies.add_consents([Consent(one.id, "share", False, "sha256:ab", "fr", one.received_at)])


def withdrawn(unit: Unit, one: Voice) -> None:
    unit.testimonies.save(replace(one, state=State.WITHDRAWN))


def set_aside(unit: Unit, one: Voice) -> None:
    unit.testimonies.save(replace(one, state=State.SET_ASIDE))


def made_private(unit: Unit, one: Voice) -> None:
    unit.testimonies.save(replace(one, sensitive=True))


def forgotten(unit: Unit, one: Voice) -> None:
    unit.people.forget(one.respondent, one.received_at)


@pytest.mark.parametrize("way", [revoked, withdrawn, set_aside, made_private, forgotten])
async def test_who_leads_hears_on_another_day_that_something_of_an_export_may_be_shared_no_more(
    stage: Stage, tmp_path: Path, way: Callable[[Unit, Voice], None]
) -> None:
    """S6, S20, S31, S41: once, without a number; whoever runs the bot sees how many."""
    lena, theirs = await stage.moderator(1, Role.LEAD), await stage.moderator(2, Role.LEAD, "omep")
    one, *_ = await stage.do(lambda unit: [told(unit, someone(unit, n, partner="mmm")) for n in (11, 12, 13)])
    await out(stage, tmp_path / "out")

    async def looks(**units: float) -> tuple[int, int]:
        """How many exports are told of, and how many messages come."""
        before = lena.replies + theirs.replies
        stage.now += timedelta(**units)
        count = await reclaiming.look(stage.store, FakeClock(stage.now), catalogs())
        await stage.deliver()
        return count, lena.replies + theirs.replies - before

    async def back() -> list[int]:
        return await stage.do(
            lambda unit: [reclaiming.taken_back(unit, each) for each in unit.exports.of("mmm")]
        )

    assert [await looks(), await looks(days=1), await back()] == [(0, 0), (0, 0), [0]]
    await stage.do(lambda unit: way(unit, one))
    assert await back() == [1]
    assert await looks(minutes=1) == (0, 0), "at what hour she did it nobody learns"
    await lena.says("/export")
    assert "⚠️" not in lena.sees
    assert await looks(days=1) == (1, 1)
    warned = "⚠️ testimony, csv, taken out on November 23, 2026: something in it may be shared no more."
    assert lena.sees.startswith(warned)
    assert await looks(days=1) == (0, 0)
    await lena.says("/export")
    assert lena.sees.startswith(warned)
    await out(stage, tmp_path / "anew")
    assert [await looks(days=1), await back()] == [(0, 0), [0, 1]]


async def test_what_is_taken_back_on_the_day_of_an_export_is_told_on_the_next(
    stage: Stage, tmp_path: Path
) -> None:
    """S6."""
    await stage.moderator(1, Role.LEAD)
    one = await stage.do(lambda unit: told(unit, someone(unit, 11, partner="mmm")))
    await out(stage, tmp_path / "out")
    await stage.do(lambda unit: withdrawn(unit, one))
    for count in (0, 1):
        assert await reclaiming.look(stage.store, FakeClock(stage.now), catalogs()) == count
        stage.now += timedelta(days=1)


async def test_a_recording_leaves_with_its_streams_alone_and_what_stays_is_counted(
    stage: Stage, tmp_path: Path
) -> None:
    """S7: what cannot be made anew, apart from what is not fetched yet."""
    vault, film = Files(tmp_path / "vault", stage.store), HOSTILE["a film of an old phone"]()
    told, media = await stage.do(lambda unit: keep_voice(unit, 1, TOLD.version, "mmm", 3))
    for medium, content in zip(media, (film, NO_RECORDINGS["a document"]()), strict=False):
        await vault.put(medium.id, told.respondent, content)
    done = await out(stage, tmp_path / "out", "xform", vault=vault)
    assert (done.voices, done.files, done.unclean, done.missing) == (1, 1, 1, 1)
    [folder] = (each for each in (tmp_path / "out").iterdir() if each.is_dir())
    [left] = (each for each in folder.iterdir() if each.suffix != ".xml")
    assert left.read_bytes() == copied(film)


OWN = """
| survey |
| | type | name | label |
| | integer | phone | Which number? |
| | integer | rooms | How many rooms? |
| | geopoint | place | Where? |
| | image | photo | A photo? |
| | barcode | card | Which card? |
| | select_one water | water | Which water? |
| | {more} |

| choices |
| | list_name | name | label |
| | water | well | A well |

| settings |
| | form_id | version |
| | survey | {version} |
"""


async def test_of_a_partners_own_form_no_place_no_file_and_no_telling_number_leaves(
    stage: Stage, tmp_path: Path
) -> None:
    """S6, S36: every version's questions are columns; what stays is counted."""

    def publish(unit: Unit, version: str, more: str) -> None:
        written = OWN.format(version=version, more=more).encode()
        xml, _ = read_workbook(written, name="survey", kind=".md")
        form = read_xform(xml)
        unit.forms.keep(form, "mmm", stage.now)
        unit.forms.publish(form, stage.now)

    def fill(unit: Unit) -> None:
        publish(unit, "1", "integer | goats | How many goats?")
        publish(unit, "2", "integer | sheep | How many sheep?")
        given = {
            "phone": "341234567",
            "rooms": "3",
            "place": "-18.9 47.5 0 0",
            "photo": "m",
            "card": "7",
            "water": "well",
        }
        for version, more in (("1", {"goats": "2"}), ("2", {"sheep": "5"})):
            answers = {f"/survey/{name}": value for name, value in (given | more).items()}
            her = someone(unit, int(version), partner="mmm")
            made = voice(her, form="survey", form_version=version, answers=answers, said={})
            unit.testimonies.add(made, [Consent(made.id, "share", True, "", "en", stage.now)])

    await stage.do(fill)
    whose = await stage.do(lambda unit: unit.people.partner("mmm"))
    folder = tmp_path / "out"
    await export(stage.store, NoVault(), "survey", whose, None, folder, stage.now, catalogs(), "csv")
    rows = sorted(table(folder), key=lambda row: row["version"])
    asked = {name for name in rows[0] if name.startswith("answer/")}
    assert asked == {f"answer/{name}" for name in ("phone", "rooms", "water", "goats", "sheep")}
    assert [[row[f"answer/{each}"] for each in ("phone", "rooms", "water")] for row in rows] == [
        ["", "3", "well"]
    ] * 2
    assert [(row["answer/goats"], row["answer/sheep"], row["stayed"]) for row in rows] == [
        ("2", "", "1"),
        ("", "5", "1"),
    ]
    assert "341234567" not in everything(folder)
    assert "47.5" not in everything(folder)
