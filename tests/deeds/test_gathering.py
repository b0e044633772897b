"""Where moderators sit together: a group is told how many voices wait, and never a word of one."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.gathering import NEW, PACE, keep_up
from bot.linking import NAME
from bot.outbox import Refused
from bot.people import Role
from bot.room import Post, Room
from tests.deeds.stage import Player, Seen, Stage, plain

AMINA, VERA, LENA, OLGA, WHO = range(1, 6)
ROOM, UPGRADED = -77, -1_000_000_000_077
ALL = ""


@dataclass
class Forum:
    """A group that lets us make topics, or does not."""

    lets: bool = True
    made: list[str] = field(default_factory=list)

    async def open_topic(self, chat: int, name: str) -> int | None:
        if not self.lets:
            return None
        self.made.append(name)
        return 100 + len(self.made)


@dataclass
class Group:
    """A group the bot is in."""

    stage: Stage
    forum: Forum | None = None

    async def hears(self, sender: Player, text: str = "/room", **more: Any) -> None:
        """Somebody writes there."""
        kind = {"type": "supergroup", "is_forum": True} if self.forum else {"type": "group"}
        chat = {"id": ROOM, "title": "Team", **kind}
        await sender._update({"message": sender._body(900) | {"chat": chat, "text": text} | more})

    async def loses_the_bot(self, by: Player) -> None:
        states = {"old_chat_member": {"status": "member"}, "new_chat_member": {"status": "kicked"}}
        chat, date = {"id": ROOM, "type": "group"}, int(self.stage.now.timestamp())
        await by._update({"my_chat_member": {"chat": chat, "from": by._sender(), "date": date, **states}})

    async def passes(self, time: timedelta = PACE) -> int:
        """So much time passes, and the bot looks at its rooms; how many messages it changed."""
        self.stage.now += time
        here = self.stage.here(f"room:{self.stage.now}")
        count = await keep_up(self.stage.store, self.forum or Forum(), here)
        await self.stage.deliver()
        return count

    @property
    def chat(self) -> list[Seen]:
        return self.stage.person(ROOM).chat

    async def row(self, chat: int = ROOM) -> Room | None:
        def work(unit: Any) -> Room | None:
            address = unit.people.address_of(chat)
            return unit.rooms.get(address) if address else None

        return await self.stage.do(work)

    async def stands(self, chat: int = ROOM) -> Room:
        """The room, which is there."""
        found = await self.row(chat)
        assert found is not None
        return found


async def room(stage: Stage, *, forum: Forum | None = None) -> Group:
    """A room of the first partner's, with a lead."""
    await stage.do(lambda unit: unit.marks.set(NAME, "voices_bot"))
    lena = await stage.moderator(LENA, Role.LEAD)
    group = Group(stage, forum)
    await group.hears(lena)
    await group.passes()
    return group


async def test_a_lead_makes_a_group_a_room_and_one_message_there_is_kept_up_to_date(stage: Stage) -> None:
    """S34: counts alone; a button leads to the private chat."""
    group = await room(stage)
    assert "Make Mothers Matter" in stage.person(LENA).sees
    [stands] = group.chat
    assert stands.text == "Nothing is waiting. Thank you."
    [key] = stands.keys
    assert (key.text, key.data, key.url) == ("Take the next voice", "", "https://t.me/voices_bot?start=next")
    receipt = await stage.person(AMINA).tells("canaries")
    assert await group.passes(PACE / 2) == 0, "at most once a minute"
    assert await group.passes(PACE / 2) == 1
    [now] = group.chat
    assert now.number == stands.number
    assert plain(now.text) == "1 voice is waiting.\nLanguages: English 1"
    assert not {"canaries", receipt, "Madagascar"} & set(now.text.split())
    assert await group.passes() == 0, "nothing changed"
    await group.passes(timedelta(days=8))
    assert "Longer than promised: 1" in group.chat[0].text


async def test_what_is_sensitive_is_in_no_room(stage: Stage) -> None:
    """S34."""
    group = await room(stage)
    await stage.person(AMINA).tells_privately("vultures")
    assert await group.passes() == 0


async def test_a_forum_gets_a_topic_for_each_language_its_team_reads(stage: Stage) -> None:
    forum = Forum()
    group = await room(stage, forum=forum)
    assert forum.made == ["English"]
    lena = stage.person(LENA)
    await lena.says("/team")
    await lena.taps("Languages I read")
    await lena.taps("Français")
    await stage.person(AMINA).tells("canaries")
    assert await group.passes() == 2
    assert forum.made == ["English", "Français"]
    texts = {each.message.thread: each.text for each in group.chat}
    assert texts == {101: "1 voice is waiting.", 102: "Rien n’attend. Merci."}
    assert await group.passes() == 0
    for language in list(stage.here().languages)[:9]:
        name = stage.here().name(language)
        if name not in forum.made:
            await lena.taps(name)
    before = len(forum.made)
    await group.passes()
    assert len(forum.made) == before + NEW, "the rest a minute later: Telegram takes 20 messages a minute"


async def test_where_it_may_make_no_topics_one_message_tells_of_all_languages(stage: Stage) -> None:
    group = await room(stage, forum=Forum(lets=False))
    [stands] = group.chat
    assert (stands.message.thread, stands.message.post) == (None, ALL)
    assert not (await group.stands()).topics
    assert group.forum is not None
    group.forum.lets = True
    await group.hears(stage.person(LENA))
    await group.passes()
    assert [each.message.thread for each in group.chat] == [None, 101]


async def test_a_topic_somebody_deleted_is_made_anew_once(stage: Stage) -> None:
    forum = Forum()
    group = await room(stage, forum=forum)

    async def refused() -> None:
        def work(unit: Any) -> None:
            for each in unit.outbox.claim(9, stage.now):
                unit.rooms.posted(each.address, each.message.post, None)
                unit.outbox.settle(each.id, Refused("message thread not found"), stage.now)

        stage.now += PACE
        await keep_up(stage.store, forum, stage.here(f"room:{stage.now}"))
        await stage.do(work)

    await stage.person(AMINA).tells("canaries")
    await refused()
    assert (await group.stands()).posts == ()
    await refused()
    assert forum.made == ["English", "English"]
    await refused()
    assert forum.made == ["English", "English"], "one that was never taken is not made again and again"


async def test_who_does_not_lead_makes_no_room_and_hears_nothing(stage: Stage) -> None:
    """S22, S5: read at that moment; nothing of whoever writes in a group is kept."""
    vera, olga = await stage.moderator(VERA), await stage.moderator(OLGA, Role.LEAD, "omep")
    who, group = stage.person(WHO), Group(stage)
    lena = await stage.moderator(LENA, Role.LEAD)
    anonymous = {"from": {"id": 1087968824, "is_bot": True, "first_name": "G"}, "sender_chat": {"id": ROOM}}
    forwarded = {"forward_date": int(stage.now.timestamp())}
    for sender, more in (
        (vera, {}),
        (who, {}),
        (lena, anonymous),
        (lena, {"sender_chat": {"id": -5, "type": "channel"}}),
        (lena, {"via_bot": {"id": 9}}),
        (lena, forwarded),
        (lena, {"text": "/room@other_bot"}),
        (lena, {"text": "/queue"}),
        (lena, {"text": "/room omep"}),
        (lena, {"text": "hello all"}),
    ):
        await stage.do(lambda unit: unit.marks.set(NAME, "voices_bot"))
        await group.hears(sender, **more)
        assert await group.row() is None, more
    assert await stage.do(lambda unit: unit.people.address_of(WHO)) is None
    assert [each.object for each in await stage.deeds("refused")].count("room") == 3
    await group.hears(lena, "/start@Voices_Bot room-mmm")
    assert (await group.stands()).partner == "mmm"
    for text in ("/room", "/room omep"):
        await group.hears(olga, text)
        assert (await group.stands()).partner == "mmm", "it is another team's"
    assert len(await stage.deeds("opened")) == 1


async def test_a_room_ends_when_the_bot_is_removed_and_nothing_of_the_group_is_kept(stage: Stage) -> None:
    """S5, S41."""
    group = await room(stage)
    await group.loses_the_bot(by=stage.person(WHO))
    assert await group.row() is None
    assert await stage.do(lambda unit: unit.people.address_of(ROOM)) is None
    await stage.person(AMINA).tells("canaries")
    assert await group.passes() == 0
    assert [each.verb for each in await stage.deeds("ended")] == ["ended"]


async def test_a_group_that_became_a_supergroup_stays_the_room(stage: Stage) -> None:
    group = await room(stage)
    message = {"migrate_to_chat_id": UPGRADED}
    body = stage.person(WHO)._body(901) | {"chat": {"id": ROOM, "type": "group"}} | message
    await stage.person(WHO)._update({"message": body})
    assert await group.row() is None
    assert (await group.stands(UPGRADED)).posts == ()
    await group.passes()
    assert stage.person(UPGRADED).sees == "Nothing is waiting. Thank you."


async def test_two_are_never_under_way_at_once(stage: Stage) -> None:
    """What still waits to be said is not said a second time."""
    group = await room(stage)
    address = await stage.do(lambda unit: unit.people.address_of(ROOM))
    assert address is not None
    asked = Post(ALL, None, group.chat[0].number, "before", stage.now)
    await stage.do(lambda unit: unit.rooms.save(address, asked))
    assert await group.passes() == 0
    assert await group.passes(timedelta(hours=1)) == 1


@pytest.mark.parametrize("id", [VERA, AMINA])
async def test_the_button_opens_the_next_voice_for_who_reads_and_a_beginning_for_others(
    stage: Stage, id: int
) -> None:
    await stage.moderator(VERA)
    await stage.person(WHO).tells("canaries")
    someone = stage.person(id)
    await someone.starts("next")
    assert ("canaries" in someone.sees) is (id == VERA)


async def test_a_lead_finds_the_link_under_team(stage: Stage) -> None:
    await stage.do(lambda unit: unit.marks.set(NAME, "voices_bot"))
    lena = await stage.moderator(LENA, Role.LEAD)
    await lena.says("/team")
    _, key = lena.button("A room for your team")
    assert key.url == "https://t.me/voices_bot?startgroup=room-mmm"
