"""Answering: who is heard, who is not, and what is never kept."""

import json
import re
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from bot.chat.listening import Unreadable
from bot.ports import Entry, Raw, Unit
from bot.receiving import TRIES, Receiving
from tests.deeds.stage import Stage
from tests.fakes import FakeClock
from tests.stores import every_row
from tests.test_receiving import Spoken, working


def _message(person: int, **more: Any) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "x"}
    chat = {"id": person, "type": "private"}
    return {"message_id": 1, "date": 1_800_000_000, "chat": chat, "from": sender, "text": "/next"} | more


GROUP = {"id": -100, "type": "supergroup", "title": "Moderators"}
DISGUISES = {
    "an anonymous admin": _message(
        1, **{"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "chat": GROUP}
    ),
    "a channel": _message(1, sender_chat={"id": -200, "type": "channel", "title": "c"}),
    "an inline bot": _message(1, via_bot={"id": 7, "is_bot": True, "first_name": "b"}),
}


@pytest.mark.parametrize("who", DISGUISES)
async def test_who_speaks_in_the_place_of_a_person_is_not_heard_but_noted(stage: Stage, who: str) -> None:
    """S22: a moderator's own account gives a channel or an inline bot no rights."""
    await stage.moderator(1)
    await stage.person(2).tells()
    [before] = await stage.testimonies(2)
    heard = stage.person(1).replies
    await stage.hears({"update_id": 900, "message": DISGUISES[who]})
    assert len(await stage.deeds("refused")) == 1
    assert await stage.testimonies(2) == [before]
    assert stage.person(1).replies == heard


ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
CHANNEL = {"id": -200, "type": "channel", "title": "c"}
FALSE_TAPS: dict[str, dict[str, Any]] = {
    "an anonymous admin": {"from": ANONYMOUS, "message": _message(1, chat=GROUP)},
    "an anonymous admin in private": {"from": ANONYMOUS, "message": _message(1)},
    "a moderator in a group": {"message": _message(1, chat=GROUP)},
    "a moderator in a channel": {"message": _message(1, chat=CHANNEL)},
    "a moderator in somebody's chat": {"message": _message(1, chat={"id": 2, "type": "private"})},
    "a moderator on an inline message": {"inline_message_id": "x"},
}


@pytest.mark.parametrize("who", FALSE_TAPS)
async def test_a_tap_from_anywhere_but_ones_own_chat_changes_nothing_and_is_noted(
    stage: Stage, who: str
) -> None:
    """S22: with a button that is truly signed for whoever taps; one line a try."""
    vera = await stage.moderator(1)
    await stage.person(2).tells()
    await vera.says("/next")
    [before] = await stage.testimonies(2)
    heard = vera.replies
    vera_taps: dict[str, Any] = {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "x"}}
    query = vera_taps | {"chat_instance": "1"} | FALSE_TAPS[who]
    data = stage.signer.sign(query["from"]["id"], f"r:a:{before.id}:{before.version}")
    await stage.hears({"update_id": 900, "callback_query": query | {"data": data}})
    assert await stage.testimonies(2) == [before]
    assert len(await stage.deeds("refused")) == 1
    assert vera.replies == heard


async def test_a_forwarded_command_is_not_obeyed(stage: Stage) -> None:
    """S22."""
    vera = await stage.moderator(1)
    await stage.person(2).tells()
    await vera.sends(text="/next", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "x"})
    assert "cannot take this kind" in vera.sees
    assert await stage.deeds("took") == []


async def test_a_message_in_a_group_is_not_heard(stage: Stage) -> None:
    await stage.hears({"update_id": 1, "message": _message(1, chat=GROUP, text="/start")})
    assert await stage.do(lambda unit: unit.people.address_of(1)) is None


async def test_bytes_that_are_no_update_are_named_so(stage: Stage) -> None:
    """R9."""
    with pytest.raises(Unreadable):
        await stage.do(lambda unit: stage.answering.handle(unit, b'{"message": {', stage.now))


async def test_whose_message_was_set_aside_gets_one_apology(stage: Stage) -> None:
    """R9: by whatever can still be read of it; a stranger gets none."""
    amina = stage.person(1, "fr")
    await amina.starts()
    for update, person in ((77, 1), (77, 1), (78, 2)):
        body = json.dumps({"update_id": update, "message": _message(person)}).encode()
        entry = Entry(update, "index", body, 3)
        await stage.do(partial(_apologise, stage, entry))
    await stage.do(partial(_apologise, stage, Entry(79, "index", b"{", 3)))
    await stage.deliver()
    assert amina.replies == 2
    assert "could not be read" in amina.sees


async def test_an_apology_says_nothing_of_the_fault(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """S51, R9: whatever breaks while she is answered, she gets one plain sentence, and the log no word of hers."""
    amina = stage.person(1)
    await amina.arrives()
    heard = len(amina.chat)

    def breaks(unit: Unit, body: bytes, now: datetime) -> None:
        raise LookupError(f"SELECT * FROM sessions: {body!r}")

    clock, spoken = FakeClock(stage.now), Spoken()
    receiving = Receiving(stage.store, clock, breaks, apologise=stage.answering.apologise, spoke=spoken)
    async with working(receiving):
        for number, text in enumerate(("C4nary story", "/start", "/next", "/forget")):
            body = {"update_id": 700 + number, "message": _message(1, text=text, message_id=number)}
            await receiving.take([Raw(700 + number, 1, (1, number), json.dumps(body).encode())])
        async with clock.hurrying():
            await spoken.reaches(4 * TRIES)
    stage.now = clock.now()
    await stage.deliver()
    sorry = (
        "We are sorry: one of your messages could not be read. Could you send it once more, in other words?"
    )
    lines = [line for line in caplog.text.splitlines() if "LookupError" in line]
    codes = set()
    for seen in amina.chat[heard:]:
        told = re.fullmatch(
            rf"{re.escape(sorry)}\n\nIf it happens again, tell us this code: (\w{{4}})", seen.text
        )
        assert told is not None, seen.text
        codes.add(told[1])
    assert len(codes) == 4
    assert all(sum(f"code {code}:" in line for line in lines) == 1 for code in codes)
    for secret in ("C4nary", "SELECT", "N4me"):
        assert secret not in caplog.text


async def test_no_name_and_no_word_of_anyone_stands_in_the_database(stage: Stage) -> None:
    """S3, S4, S5: after a whole journey: names, username, Telegram id, story, question, answer, reason."""
    amina, vera = stage.person(123456789, "fr"), await stage.moderator(987654321)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("C4nary story about Voahangy.")
    await amina.sends_voice(file="f1le-id-c4nary")
    await amina.taps("Send")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Write my own")
    await vera.says("C4nary question?")
    await vera.taps("Send the question")
    await amina.taps("Answer")
    await amina.says("C4nary answer.")
    await vera.says("/next")
    await vera.taps("Set aside")
    await vera.taps("Another reason")
    await vera.says("C4nary reason.")
    await amina.starts()
    await amina.taps("Tell what I live")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("C4nary draft.")
    everything = repr(every_row(stage.url))
    for canary in ("C4nary", "c4nary", "Voahangy", "N4me-of", "h4ndle", "123456789", "987654321"):
        assert canary not in everything


def _apologise(stage: Stage, entry: Entry, unit: Unit) -> None:
    stage.answering.apologise(unit, entry, stage.now)
