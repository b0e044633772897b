"""A run is written down whole, and played again it shows where a bot differs."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import telegram

from sandbox import Clock, Fault, Flood, Group, Sandbox
from sandbox.__main__ import main
from sandbox.performing import perform
from sandbox.recording import Recording
from sandbox.replay import Replay, again
from sandbox.steering import DEEDS
from tests.sandbox.bots import Address, Json, call, done, library

MORNING = 1_800_000_000.0
Bot = Callable[[telegram.Bot, telegram.Update], Awaitable[object]]


@asynccontextmanager
async def working(sandbox: Sandbox | Address, answer: Bot) -> AsyncIterator[None]:
    """A bot that answers every update with `answer`."""

    async def work(bot: telegram.Bot) -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=20):
                offset = update.update_id + 1
                await answer(bot, update)

    async with library(sandbox) as bot:
        task = asyncio.create_task(work(bot))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def asking(words: str, *, parse_mode: str | None = None, data: str = "1") -> Bot:
    """A bot that asks with `words` and one button, and thanks for a tap."""

    async def answer(bot: telegram.Bot, update: telegram.Update) -> None:
        if query := update.callback_query:
            await query.answer("noted")
            await bot.send_message(query.from_user.id, "Thank you")
        elif update.message:
            button = telegram.InlineKeyboardButton("Yes", callback_data=data)
            markup = telegram.InlineKeyboardMarkup([[button]])
            await bot.send_message(update.message.chat_id, words, parse_mode=parse_mode, reply_markup=markup)

    return answer


async def tells(sandbox: Sandbox) -> str:
    """Amina starts, taps and comes back an hour later; the chat as text."""
    amina = sandbox.person("Amina", language="fr")
    await amina.starts()
    await amina.taps("Yes")
    await amina.sees("Thank you")
    await sandbox.quiet()
    sandbox.clock.advance(3600)
    await amina.says("again")
    await sandbox.quiet()
    return amina.transcript()


@pytest.fixture
async def recording(tmp_path: Path) -> Recording:
    """The tale of `tells` as it went with the bot that asks <b>Well?</b> in HTML."""
    path = tmp_path / "run.jsonl"
    async with (
        Sandbox(clock=Clock(MORNING, running=False), record=path) as sandbox,
        working(sandbox, asking("<b>Well?</b>", parse_mode="HTML")),
    ):
        await tells(sandbox)
    return Recording.read(path)


async def replayed(recording: Recording, bot: Bot) -> tuple[list[str], Sandbox]:
    """What a bot does differently, and the sandbox afterwards."""
    async with again(recording) as sandbox, working(sandbox, bot):
        replay = Replay(recording, sandbox, patience=0.3)
        found = await replay.play()
    return [*map(str, found), *replay.failed], sandbox


async def test_a_recording_holds_options_deeds_time_and_calls_in_order(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with Sandbox(clock=Clock(MORNING, running=False), seed=3, flood=False, record=path) as sandbox:
        amina = sandbox.person("Amina", language="fr")
        group = sandbox.group("Room", [amina], basic=True)
        await amina.sends_voice(b"OggS", to=group)
        sandbox.fail("getMe", how=Fault.slow(0), skip=1)
        sandbox.clock.advance(60)
        await done(sandbox, "sendMessage", chat_id=group.id, text="heard")
    first, *lines = map(json.loads, path.read_text().splitlines())
    options = {"strict": True, "penalty": True, "privacy": False, "seed": 3, "username": "", "flood": None}
    about = {"recording": 1, "bot_api": "10.3", "bot": 4242, "start": MORNING, "running": False}
    assert first == about | {"options": options}
    fault = {"way": "slow", "delivered": True, "code": 500, "words": "Internal Server Error"}
    members = {str(amina.id): "member"}
    room = {"title": "Room", "members": members, "bot": "administrator", "forum": False, "basic": True}
    assert lines[:-1] == [
        {"at": MORNING, "does": "person", "with": {"name": "Amina", "language": "fr"}},
        {"at": MORNING, "does": "group", "with": room},
        {"at": MORNING, "who": amina.id, "does": "sends_voice",
         "with": {"data": {"$bytes": "T2dnUw=="}, "to": {"$chat": group.id}}},
        {"at": MORNING, "does": "fail", "with": {
            "method": "getMe", "how": {"$fault": fault | {"retry_after": 0, "seconds": 0}}, "skip": 1}},
        {"at": MORNING, "does": "advance", "with": {"seconds": 60}},
    ]  # fmt: skip
    assert (lines[-1]["at"], lines[-1]["method"], lines[-1]["code"]) == (MORNING + 60, "sendMessage", 200)
    assert lines[-1]["parameters"] == {"chat_id": group.id, "text": "heard"}
    assert sandbox.token not in path.read_text()


async def test_the_same_bot_does_the_same_again(recording: Recording) -> None:
    bot = asking("<b>Well?</b>", parse_mode="HTML")
    async with Sandbox(clock=Clock(MORNING, running=False)) as sandbox, working(sandbox, bot):
        told = await tells(sandbox)
    found, afterwards = await replayed(recording, bot)
    (amina,) = afterwards.people
    assert (found, amina.transcript()) == ([], told)
    assert [message.date - MORNING for message in amina.chat] == [0, 0, 0, 3600, 3600]


async def test_other_marks_for_the_same_words_and_other_button_data_are_no_difference(
    recording: Recording,
) -> None:
    found, _ = await replayed(recording, asking("*Well?*", parse_mode="MarkdownV2", data="other"))
    assert found == []


async def test_a_bot_that_says_something_else_is_told_call_by_call(recording: Recording) -> None:
    found, sandbox = await replayed(recording, asking("Well then?"))
    sent = [line["seq"] for line in recording.calls if line["parameters"].get("text") == "<b>Well?</b>"]
    amina = sandbox.people[0].id
    assert found == [
        f'different: call {seq}, sendMessage to {amina}: text was "<b>Well?</b>", is "Well then?"'
        for seq in sent
    ]


async def test_missing_and_new_calls_and_deeds_that_cannot_be_done_are_told(recording: Recording) -> None:
    async def mute(bot: telegram.Bot, update: telegram.Update) -> None:
        if update.effective_user:
            await bot.send_chat_action(update.effective_user.id, "typing")

    found, sandbox = await replayed(recording, mute)
    kinds = [words.partition(":")[0] for words in found]
    assert kinds.count("missing") == 4
    assert kinds.count("new") == 2
    assert "Amina taps label=Yes: no button [Yes] on any message for Amina:" in found
    assert [message.text for message in sandbox.people[0].chat] == ["/start", "again"]


async def test_a_bot_that_had_to_wait_is_given_the_time_it_had(tmp_path: Path) -> None:
    async def hasty(bot: telegram.Bot, update: telegram.Update) -> None:
        chat_id = update.effective_user.id if update.effective_user else 0
        for number in range(5):
            try:
                await bot.send_message(chat_id, str(number))
            except telegram.error.RetryAfter:
                await asyncio.sleep(1.05)
                await bot.send_message(chat_id, str(number))

    path = tmp_path / "run.jsonl"
    async with Sandbox(record=path) as sandbox, working(sandbox, hasty):
        amina = sandbox.person("Amina")
        await amina.says("hello")
        await amina.sees("4")
        await sandbox.quiet()
    recording = Recording.read(path)
    assert [line["code"] for line in recording.calls if line["method"] == "sendMessage"].count(429) >= 1
    assert (await replayed(recording, hasty))[0] == []


async def does_everything(sandbox: Sandbox) -> set[str]:
    """Every deed there is, once; their names."""
    amina, rakoto = sandbox.person("Amina", started=True), sandbox.person("Rakoto", "mg", username="rakoto")
    group = sandbox.group("Room", {amina: "member", rakoto: "creator"}, basic=True)
    buttons = {
        "inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]
    }
    keys = {"keyboard": [["Tea"], [{"text": "Here", "request_location": True}]]}
    await amina.starts("x")
    said = await amina.says("teh words")
    await amina.edits(said, "the words")
    await done(sandbox, "sendMessage", chat_id=amina.id, text="Well?", reply_markup=buttons)
    asked = amina.last
    await amina.taps("Yes")
    await amina.presses(asked, buttons["inline_keyboard"][0][1])
    await amina.reacts(asked, "👍")
    await done(sandbox, "sendMessage", chat_id=amina.id, text="What?", reply_markup=keys)
    await amina.taps("Tea")
    amina.location = (1.0, 2.0)
    await amina.taps("Here")
    await amina.sends_voice(b"OggS", 7, "listen")
    await amina.sends_photo()
    await amina.sends_album([b"1", b"2"], "both")
    await amina.sends_document(b"%PDF", "a.pdf")
    await amina.sends_audio(b"ID3", size=30_000_000)
    await amina.sends_video(b"ftyp")
    await amina.shares_location(1.5, 2.5)
    await amina.shares_contact()
    await amina.deletes(said)
    await amina.follows("https://t.me/voices_sandbox_bot?start=more")
    await amina.speaks("fr")
    await amina.blocks()
    await amina.unblocks()
    await rakoto.says("hello", group, reply_to=await amina.says("first", group))
    group.adds(amina, "administrator")
    group.bot_stands("member", by=rakoto)
    group.becomes_supergroup(by=rakoto).disappears()
    sandbox.crowd(2)
    sandbox.hold()
    await rakoto.starts()
    sandbox.release(shuffled=True)
    sandbox.repeat(2)
    sandbox.fail("getMe", how=Fault.too_many(3))
    sandbox.heal()
    sandbox.lose_files()
    await amina.leaves_telegram()
    places = [*sandbox.people, *sandbox.groups]
    return {line for place in places for line in place.transcript().splitlines()}


async def test_every_deed_is_written_down_and_done_again(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with Sandbox(clock=Clock(MORNING, running=False), record=path) as sandbox:
        told = await does_everything(sandbox)
        updates = [update.as_json for update in sandbox.world.updates.pending.values()]
    recording = Recording.read(path)
    async with again(recording) as stage:
        for line in recording.lines:
            if "method" in line:
                await call(stage, line["method"], **line["parameters"])
            else:
                await perform(stage, line)
        places = [*stage.people, *stage.groups]
        assert {line for place in places for line in place.transcript().splitlines()} == told
        assert [update.as_json for update in stage.world.updates.pending.values()] == updates
    named = {line["does"] for line in recording.lines if "does" in line}
    assert named >= DEEDS - {"sees", "is_told"} | set(vars(Group)) & {"adds", "bot_stands", "disappears"}
    assert named >= {"person", "group", "crowd", "fail", "heal", "hold", "release", "repeat", "lose_files"}


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    for words, why in (("", "not lines of JSON"), ("{}", "no recording of format 1"), ("[", "not lines")):
        path.write_text(words)
        with pytest.raises(ValueError, match=why):
            Recording.read(path)
    with pytest.raises(FileExistsError):
        Sandbox(record=path)


async def test_jitter_follows_from_the_seed() -> None:
    async def waits(seed: int) -> list[int]:
        async with Sandbox(clock=Clock(MORNING, running=False), seed=seed, flood=Flood(jitter=20)) as sandbox:
            amina = sandbox.person("Amina", started=True)
            told: list[int] = []
            while len(told) < 5:
                answer: Json = await call(sandbox, "sendMessage", chat_id=amina.id, text="x")
                if not answer["ok"]:
                    told.append(answer["parameters"]["retry_after"])
                    sandbox.clock.advance(told[-1])
            return told

    assert await waits(1) == await waits(1)
    assert await waits(1) != await waits(2)
    assert max(await waits(1)) > 1


async def test_the_command_plays_a_run_to_the_bot_that_comes(
    recording: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def played(bot: Bot) -> tuple[int, list[str]]:
        arguments = ["replay", str(tmp_path / "run.jsonl"), "--port", "0", "--patience", "0.5"]
        monkeypatch.setattr(sys, "argv", ["sandbox", *arguments])
        playing = asyncio.create_task(asyncio.to_thread(main))
        out = ""
        while "Waiting" not in out:
            await asyncio.sleep(0.01)
            out += capsys.readouterr().out
        words = {line.split()[0]: line.split()[-1] for line in out.splitlines()}
        async with working(Address(words["Sandbox"], words["token"]), bot):
            code = await playing
        return code, (out + capsys.readouterr().out).splitlines()[4:]

    same = [
        "   +0.000 s  sandbox person name=Amina, language=fr",
        "   +0.000 s  Amina starts",
        "   +0.000 s  Amina taps label=Yes",
        "   +0.000 s  sandbox advance seconds=3600",
        "+3600.000 s  Amina says text=again",
    ]
    count = len(recording.calls)
    code, told = await played(asking("<b>Well?</b>", parse_mode="HTML"))
    assert (code, told) == (0, [*same, f"{count} calls recorded, 0 differences, 0 deeds not done"])
    code, told = await played(asking("Why?"))
    assert (code, told[:5]) == (1, same)
    assert told[-1] == f"{count} calls recorded, 2 differences, 0 deeds not done"
