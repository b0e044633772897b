"""Links of campaigns and posters: who comes by them is asked, what she tells carries it, and a lead gets the code."""

import struct
import zlib
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from bot import partnering
from bot.campaign import Campaign, State
from bot.linking import NAME
from bot.operating.teams import write_posters
from bot.people import Association, Role
from bot.posters import poster, sheet
from bot.speech import Document
from bot.workshop import Refused
from tests.deeds.stage import Player, Stage

CODE = "Zx3-_Zx3-_Zx3-_Zx3-_Zx"
LINK = f"https://t.me/voices_bot?start=c-{CODE}"


async def campaign(stage: Stage, state: State = State.RUNNING, *, partner: str = "omep") -> Campaign:
    """One of the other partner's, which asks how it is now."""
    lead = await stage.moderator(90, Role.LEAD, partner)
    made = Campaign(
        "c" * 32, partner, (await stage.role(lead.id)).id, "checkin", "Rains", code=CODE, state=state
    )
    await stage.do(lambda unit: unit.campaigns.add(made))
    return made


async def moved(stage: Stage, made: Campaign, state: State) -> Campaign:
    return await stage.do(lambda unit: unit.campaigns.save(replace(made, state=state)))


async def answers(player: Player) -> None:
    """From the opening of a check-in to its end."""
    await player.agrees()
    for label in ("Better", "Skip", "Skip", "No, send it"):
        await player.taps(label)


async def test_who_comes_by_the_link_of_a_campaign_is_asked_by_it(stage: Stage) -> None:
    """S24: she need not be of its audience; what she tells carries the campaign and is its partner's."""
    made = await campaign(stage)
    amina = stage.person(1)
    await amina.starts(f"c-{CODE}")
    await amina.taps("English")
    assert "OMEP" in amina.everything
    await answers(amina)
    [told] = await stage.testimonies(1)
    assert (told.form, told.campaign, told.partner) == ("checkin", made.id, "omep")


async def test_what_was_begun_waits_until_she_says_what_to_do_with_it(stage: Stage) -> None:
    made = await campaign(stage)
    amina = stage.person(1)
    await amina.arrives()
    await amina.starts(f"c-{CODE}")
    assert (await stage.respondent(1)).partner == "mmm"
    await amina.taps("Start again")
    await answers(amina)
    [told] = await stage.testimonies(1)
    assert (told.campaign, told.partner) == (made.id, "omep")


async def test_what_she_begins_after_it_is_not_the_campaigns_any_more(stage: Stage) -> None:
    await campaign(stage)
    amina = stage.person(1)
    await amina.arrives()
    for later in ("/start", "/initiative"):
        await amina.starts(f"c-{CODE}")
        await amina.says(later)
        await amina.taps("Start again")
        [kept] = await stage.sessions()
        assert (kept.session.form != "checkin", kept.asked) == (True, {})


async def test_a_campaign_that_does_not_run_says_so_kindly_and_begins_as_always(stage: Stage) -> None:
    """S24: of a draft nothing is known outside."""
    made = await campaign(stage)
    for person, state in enumerate((State.PAUSED, State.ENDED, State.CANCELLED, State.DRAFT), start=1):
        made = await moved(stage, made, state)
        her = stage.person(person)
        await her.starts(f"c-{CODE}")
        assert ("not asked at the moment" in her.everything) == (state is not State.DRAFT)
        await her.taps("English")
        kept = (await stage.sessions())[-1]
        assert (kept.session.form, kept.asked, (await stage.respondent(person)).partner) == (
            "testimony",
            {},
            "mmm",
        )


async def test_no_other_word_leads_to_a_campaign(stage: Stage) -> None:
    """S24: a code in the place of another kind's is worth nothing, nor is half of one."""
    await campaign(stage)
    for person, link in enumerate(("c-", f"c-{CODE[:-1]}", f"f-{CODE}", f"p-{CODE}", CODE), start=1):
        await stage.person(person).starts(link)
        her = await stage.respondent(person)
        assert (her.waiting.get("asked"), her.partner) == (None, "mmm")


async def test_a_moderator_sees_by_what_she_came(stage: Stage) -> None:
    made = await campaign(stage, partner="mmm")
    group = Association("a" * 32, "mmm", "Mamans de Tana")
    await stage.do(lambda unit: unit.associations.add(group))
    vera, amina = await stage.moderator(2), stage.person(1)
    await amina.starts(f"a-{group.id}")
    await amina.taps("English")
    await amina.starts(f"c-{CODE}")
    await amina.taps("Start again")
    await answers(amina)
    await vera.says("/next")
    assert f"Came by: Mamans de Tana · {made.name}" in vera.sees


async def test_a_lead_gets_each_link_with_a_code_to_print(stage: Stage) -> None:
    made = await campaign(stage, partner="mmm")
    await stage.do(lambda unit: unit.marks.set(NAME, "voices_bot"))
    lead, vera = stage.person(90), await stage.moderator(2)
    await lead.says("/team")
    await lead.taps("Links and posters")
    assert lead.last.labels[:2] == ("Make Mothers Matter", made.name)
    await lead.taps(made.name)
    assert LINK in lead.sees
    [code] = [part for part in lead.last.message.parts if isinstance(part, Document)]
    assert b64decode(code.content) == poster(LINK, made.name)
    assert not lead.last.message.protect
    role = await stage.role(90)
    await vera.taps_data(stage.signer.sign(2, f"r:ip0:{role.id}"), vera.last.number)
    assert vera.sees == "Not found."


def test_a_poster_is_a_code_with_a_quiet_zone() -> None:
    """Its three corners are a finder pattern each, four modules of white around; it is large enough for A4."""
    rows = _modules(poster(LINK, "Rains · pluie"))
    side = len(rows)
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for top, left in ((4, 4), (4, side - 11), (side - 11, 4)):
        assert [row[left : left + 7] for row in rows[top : top + 7]] == finder
    assert {*rows[:4], *rows[-4:]} == {"0" * side}
    assert all(row.startswith("0000") and row.endswith("0000") for row in rows)


def test_a_sheet_has_the_link_in_letters_and_nobodys_mark() -> None:
    page = sheet(LINK, "Rains <&>")
    assert LINK in page
    assert "Rains &lt;&amp;&gt;" in page
    assert page.count("http") == 2  # the link, and SVG's own name
    with pytest.raises(ValueError, match="too long"):
        sheet("x" * 3000, "")


def _modules(png: bytes) -> list[str]:
    """The modules of a one-bit PNG, row by row, "1" for dark."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size]) == (zlib.crc32(kind + body),)
        chunks[kind] = body
        at += 12 + size
    assert chunks[b"iTXt"].endswith("Rains · pluie".encode())
    wide, high, depth, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (wide, depth, color) == (high, 1, 0)
    assert wide >= 1000
    lines, step, above, rows = zlib.decompress(chunks[b"IDAT"]), (wide + 7) // 8 + 1, 0, []
    for at in range(0, high * step, step):
        row = int.from_bytes(lines[at + 1 : at + step], "big")
        assert lines[at] == 0 or (lines[at], row) == (2, 0)  # as it is, or as the row above
        above = row if lines[at] == 0 else above
        rows.append(f"{above:0{8 * (step - 1)}b}")
    return ["".join("10"[int(bit)] for bit in row[12:wide:25]) for row in rows[12::25]]


def test_at_a_shell_each_link_is_written_as_a_picture_and_a_sheet(tmp_path: Path) -> None:
    way = partnering.Way("Rains", f"c-{CODE}")
    write_posters(tmp_path / "posters", way, LINK)
    assert (tmp_path / "posters" / f"c-{CODE}.png").read_bytes() == poster(LINK, "Rains")
    assert (tmp_path / "posters" / f"c-{CODE}.svg").read_text(encoding="utf-8") == sheet(LINK, "Rains")
    with pytest.raises(Refused, match="cannot be written"):
        write_posters(tmp_path / "posters" / f"c-{CODE}.png", way, LINK)
