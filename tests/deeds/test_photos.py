"""A photo that may be shown: a switch of its own, two people, and gone as soon as she says so."""

import tempfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from bot import picturing
from bot.consenting import ABOUT_PHOTO, CONSENTS
from bot.people import PHOTO, PURPOSES
from bot.ports import Unit
from bot.redaction import Redaction
from bot.shown import Shown
from storage.vault import Files
from tests.deeds.stage import Player, Stage
from tests.deeds.test_consenting import rewords
from tests.deeds.test_redacting import allows, one
from tests.photographs import HOSTILE, NO_PHOTOS, drawn, packed

STORY = "The well is dry since the rains."
SWITCH, ABOUT = "Show my photo too", "Your photo can show who you are and where you are."
RIGHT = HOSTILE["EXIF with a place"]


@pytest.fixture
async def vault(stage: Stage) -> AsyncIterator[Files]:
    with tempfile.TemporaryDirectory() as folder:
        yield Files(Path(folder), stage.store)


async def arrives(stage: Stage, vault: Files, *contents: bytes) -> None:
    """What Amina sent lies in the vault."""
    for medium, content in zip(await stage.media(1), contents, strict=True):
        await vault.put(medium.id, medium.respondent, content)
        await stage.do(lambda unit, this=medium.id: unit.media.settle(this, "held"))  # type: ignore[misc]


async def sent(stage: Stage, vault: Files, *switches: str, photos: tuple[bytes, ...] = (RIGHT,)) -> Player:
    """Amina told it with photos, and allows what she allows."""
    amina = stage.person(1)
    await amina.begins()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_photo("photo0", STORY)
    for number in range(1, len(photos)):
        await amina.sends_photo(f"photo{number}")
    for each in switches:
        await amina.taps(each)
    await amina.taps("Send")
    await arrives(stage, vault, *photos)
    return amina


async def accepted(
    stage: Stage, vault: Files, *switches: str, photos: tuple[bytes, ...] = (RIGHT,)
) -> tuple[Player, Player, Player]:
    """Vera accepted it and is hiding names; Victor has not seen it."""
    amina = await sent(stage, vault, *(switches or ("Publish", SWITCH)), photos=photos)
    vera, victor = await stage.moderator(2), await stage.moderator(3)
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.taps("Hide names")
    await vera.taps("It can stay so")
    return amina, vera, victor


async def shown(
    stage: Stage, vault: Files, photos: tuple[bytes, ...] = (RIGHT,)
) -> tuple[Player, Player, Player]:
    """Vera said that it may be shown, Victor published it, and it was made ready."""
    amina, vera, victor = await accepted(stage, vault, photos=photos)
    await vera.taps("It may be shown")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    await ready(stage, vault)
    return amina, vera, victor


async def ready(stage: Stage, vault: Files) -> bytes | None:
    """What everybody can see of it, once it was made ready."""
    await picturing.picture(stage.store, vault)
    return await seen(stage)


async def seen(stage: Stage) -> bytes | None:
    def work(unit: Unit) -> bytes | None:
        for public in unit.publications.of(kept.id):
            if public.purpose == "publish":
                unit.shown.show(_as_shown(public.id), "rules")
        picture = unit.pictures.of(kept.id)
        return unit.pictures.content(picture) if picture else None

    kept = await one(stage)
    return await stage.do(work)


def _as_shown(id: str) -> Shown:
    return Shown(id, "testimony", "en", "MG", "2026-11-23", "2026-11-23", STORY)


async def said(stage: Stage) -> dict[str, bool]:
    return {each.purpose: each.granted for each in await stage.consents(1)}


async def copies(stage: Stage) -> list[Redaction]:
    kept = await one(stage)
    return await stage.do(lambda unit: unit.redactions.of(kept.id, respondent=kept.respondent))


# -- she ---------------------------------------------------------------------------------------------------------------


async def test_who_sends_no_photo_is_never_asked_and_has_no_such_switch(stage: Stage) -> None:
    """S31: not in the form, not on /mine, not in the rows; nor by a button that somebody forged."""
    amina = stage.person(1)
    await amina.tells(STORY)
    await allows(amina)
    assert SWITCH not in " ".join(label for each in amina.chat for label in each.labels)
    assert "photo" not in amina.everything.replace("send a photo", "").replace("a photo can help", "")
    assert PHOTO not in await said(stage)
    kept = await one(stage)
    await amina.taps_data(stage.signer.sign(1, f"t:{PHOTO}:{kept.id}:1"), amina.last.number)
    assert PHOTO not in await said(stage)


async def test_it_is_a_switch_of_its_own_off_at_first_kept_with_the_words_she_saw(
    stage: Stage, vault: Files
) -> None:
    """S31: asked in the form and on /mine, each time with what a photo can show."""
    amina = await sent(stage, vault, "Publish")
    assert ABOUT in amina.everything
    assert (await said(stage))[PHOTO] is False
    await allows(amina)
    assert ABOUT in amina.sees
    assert f"☐ {SWITCH}" in amina.last.labels
    assert amina.last.labels.index(f"☐ {SWITCH}") == 1 + amina.last.labels.index("☑ Publish, without my name")
    await amina.taps(SWITCH)
    assert f"☑ {SWITCH}" in amina.last.labels
    consents = {each.purpose: each for each in await stage.consents(1)}
    assert consents.keys() == {*PURPOSES, PHOTO}
    assert consents[PHOTO].granted
    assert len({each.wording for each in consents.values()}) == len(consents)
    words = f"{CONSENTS[PHOTO]}\n{ABOUT_PHOTO}"
    assert (consents[PHOTO].source, consents[PHOTO].wording) == ("", sha256(words.encode()).hexdigest())
    assert len(await stage.deeds("allowed photo")) == 1


async def test_what_she_allows_of_one_photo_says_nothing_of_the_next(stage: Stage, vault: Files) -> None:
    """S31: a form that does not ask leaves the other permissions as they were, and this one off."""
    await sent(stage, vault, "Publish", SWITCH)
    amina = stage.person(1)
    await amina.starts()
    await amina.taps("Say how it is now")
    await amina.taps("Worse")
    await amina.sends_photo("photo1", "It is worse.")
    while "No, send it" not in amina.last.labels:
        await amina.taps("Skip")
    await amina.taps("No, send it")
    assert len(await stage.testimonies(1)) == 2
    assert {each: (await said(stage))[each] for each in ("publish", PHOTO)} == {"publish": True, PHOTO: False}


async def test_a_photo_she_adds_is_another_and_asked_about_anew(stage: Stage, vault: Files) -> None:
    """S31: with an answer in words what she allowed stays; with another photo it is off until she says so again."""
    amina, vera = await sent(stage, vault, "Publish", SWITCH), await stage.moderator(2)
    for adds in (False, True):
        await vera.says("/next")
        await vera.taps("Ask a question")
        await vera.taps("Since when")
        await amina.taps("Answer")
        await (amina.sends_photo("photo9") if adds else amina.says("Since May."))
        assert (await said(stage))[PHOTO] is not adds
    assert ABOUT in amina.sees
    await amina.taps("Change what you allow")
    await amina.taps(SWITCH)
    assert (await said(stage))[PHOTO]


async def test_a_form_that_does_not_ask_for_it_leaves_it_to_mine(stage: Stage, vault: Files) -> None:
    """S31: an author's own, whose words were about something else; changed words about it are asked anew."""
    await rewords(stage, "testimony", "<item><itextId>purposes-2</itextId><name>photo</name></item>", "")
    amina = await sent(stage, vault, "Publish")
    told = {each.purpose: each for each in await stage.consents(1)}
    assert (told[PHOTO].granted, told[PHOTO].wording, told[PHOTO].source) == (False, "", "")
    await allows(amina, SWITCH)
    assert (await said(stage))[PHOTO]


async def test_words_that_changed_about_photos_are_asked_anew(stage: Stage, vault: Files) -> None:
    """S31: the note beside the switch is part of them."""
    amina = await sent(stage, vault, "Publish", SWITCH)
    await rewords(stage, "testimony", ABOUT, "Your photo can show your street.")
    await allows(amina)
    assert f"Still yes: {SWITCH}" in amina.last.labels
    assert "Still yes: Publish" not in " ".join(amina.last.labels)


# -- two people --------------------------------------------------------------------------------------------------------


async def test_the_first_says_whether_it_may_be_shown_and_the_second_sees_it(
    stage: Stage, vault: Files
) -> None:
    """S32, S36: nobody who said nothing of it has said yes; Amina's photo stands above both."""
    _, vera, victor = await accepted(stage, vault)
    assert "no face, no name, no house and no number plate can be seen" in vera.sees
    assert vera.last.labels == ("It may be shown", "Leave it out", "Done")
    assert [each.kind for each in vera.last.recordings] == ["image"]
    assert vera.last.message.protect
    await vera.taps("Done")
    assert vera.sees.endswith("back in the queue.")
    await vera.says("/next")
    await vera.taps("It may be shown")
    assert "The photo may be shown with it." in vera.sees
    await vera.taps("Done")
    await victor.says("/next")
    assert STORY in victor.sees
    assert "with the photo above" in victor.sees
    assert [each.kind for each in victor.last.recordings] == ["image"]
    await victor.taps("Publish")
    content = await ready(stage, vault)
    assert content is not None
    assert content[:2] == b"\xff\xd8"
    assert content != RIGHT


@pytest.mark.parametrize("which", ["Leave it out", "It may be shown"])
async def test_left_out_by_one_of_them_it_is_not_shown_and_the_words_are(
    stage: Stage, vault: Files, which: str
) -> None:
    """S36."""
    _, vera, victor = await accepted(stage, vault)
    await vera.taps(which)
    await vera.taps("Done")
    await victor.says("/next")
    if which == "Leave it out":
        assert "without a photo" in victor.sees
        assert "Publish the words only" not in victor.last.labels
        await victor.taps("Publish")
    else:
        await victor.taps("Publish the words only")
    assert await ready(stage, vault) is None
    kept = await one(stage)
    assert len(await stage.do(lambda unit: unit.publications.of(kept.id))) == 1


async def test_who_did_not_allow_it_is_not_shown_to_anybody_who_hides_names(
    stage: Stage, vault: Files
) -> None:
    """S31, S32: nobody is asked about a photo of hers that cannot be shown."""
    _, vera, victor = await accepted(stage, vault, "Publish")
    assert "photo" not in vera.sees.lower()
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    assert await ready(stage, vault) is None


async def test_of_several_one_is_shown(stage: Stage, vault: Files) -> None:
    """S36: the one that was meant, also where another arrived since they were seen."""
    photos = tuple(packed(drawn(width, 30)) for width in (60, 70, 90))
    _, vera, victor = await accepted(stage, vault, photos=photos)
    late, last = (await stage.media(1))[1:]
    await stage.do(lambda unit: unit.media.settle(late.id, "wanted"))
    await vera.taps("Done")
    await vera.says("/next")
    assert vera.last.labels == ("Photo 1", "Photo 2", "Leave it out", "Done")
    assert len(vera.last.recordings) == 2
    await stage.do(lambda unit: unit.media.settle(late.id, "held"))
    await vera.taps("Photo 2")
    assert (await copies(stage))[-1].photo == last.id
    await vera.taps("The photo")
    await vera.taps("Photo 2")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    await ready(stage, vault)
    [waits] = [each.photo for each in (await copies(stage))[-1:]]
    assert waits == (await stage.media(1))[1].id


async def test_what_was_said_of_it_stays_with_who_said_it_and_somebody_else_says_it_anew(
    stage: Stage, vault: Files
) -> None:
    """S36: whoever made the copy that stands has seen the photo, and whoever looks at it second is another."""
    _, vera, victor = await accepted(stage, vault)
    await vera.taps("It may be shown")
    await vera.taps("Hide names")
    await vera.says("The well is dry.")
    await vera.taps("Keep")
    assert "The photo may be shown with it." in vera.sees
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Send back to redacting")
    nadia = await stage.moderator(4)
    await nadia.says("/next")
    await nadia.taps("It can stay so")
    assert "It may be shown" in nadia.last.labels
    await nadia.taps("Done")
    assert [each.photo is None for each in await copies(stage)] == [True, False, False, True]


async def test_allowed_later_it_is_looked_at_then(stage: Stage, vault: Files) -> None:
    """S31, S36: the words were public already; two people see the photo before it is."""
    amina, vera, victor = await accepted(stage, vault, "Publish")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    await allows(amina, SWITCH)
    assert await ready(stage, vault) is None
    await vera.says("/next")
    await vera.taps("It may be shown")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    assert await ready(stage, vault) is not None


# -- gone --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("switch", [SWITCH, "Publish"])
async def test_it_is_gone_with_the_permission_for_it_and_with_that_for_the_words(
    stage: Stage, vault: Files, switch: str
) -> None:
    """S31: in the same commit; what had not been made ready yet never is."""
    amina, _, _ = await shown(stage, vault)
    assert await seen(stage) is not None
    await allows(amina, switch)
    assert await seen(stage) is None
    kept = await one(stage)
    left = await stage.do(lambda unit: unit.publications.of(kept.id))
    assert len(left) == (1 if switch == SWITCH else 0)
    await allows(amina, switch)
    assert await ready(stage, vault) is None


async def test_taken_back_while_it_is_made_ready_it_is_not_shown(
    stage: Stage, vault: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S31: what was made of it has no row any more to be written to. What cannot be read now waits."""

    async def unread(medium: str, respondent: str) -> bytes | None:
        raise OSError(5, "Input/output error")

    amina, vera, victor = await accepted(stage, vault)
    await vera.taps("It may be shown")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    with monkeypatch.context() as disk:
        disk.setattr(vault, "get", unread)
        assert await picturing.picture(stage.store, vault) == 0
    [waits] = await stage.do(lambda unit: unit.pictures.waiting(9))
    await allows(amina, SWITCH)
    assert not await stage.do(lambda unit: unit.pictures.ready(waits.id, RIGHT, 4, 3))
    assert await seen(stage) is None


async def test_what_is_no_photo_after_all_is_not_shown_and_holds_nothing_up(
    stage: Stage, vault: Files
) -> None:
    """S7."""
    await shown(stage, vault, photos=(NO_PHOTOS["cut off"],))
    assert await seen(stage) is None
    assert await stage.do(lambda unit: unit.pictures.waiting(9)) == []


async def test_she_learns_that_everybody_can_see_it(stage: Stage, vault: Files) -> None:
    """S39."""
    amina, _, _ = await shown(stage, vault)
    await amina.says("/mydata")
    assert amina.everything.count("everybody can see your photo") == 1
    await allows(amina)
    assert "everybody can see your photo" in amina.sees
    await amina.taps(SWITCH)
    assert "everybody can see your photo" not in amina.sees
    await amina.says("/mydata")
    assert amina.everything.count("everybody can see your photo") == 1


async def test_a_photo_alone_is_never_shown(stage: Stage, vault: Files) -> None:
    """S38: without a word beside it."""
    amina = stage.person(1)
    await amina.begins()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_photo()
    for each in ("Publish", SWITCH, "Send"):
        await amina.taps(each)
    await arrives(stage, vault, RIGHT)
    vera = await stage.moderator(2)
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.taps("Hide names")
    assert "A voice note or a photo alone is never published." in vera.sees
    assert vera.last.labels == ("Done",)
