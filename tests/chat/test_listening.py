"""Everything Telegram can say becomes a fact in our words, or is refused by name."""

import contextlib
import inspect
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.listening import KINDS, Unreadable, listen, overheard, peek
from bot.chat.signing import Signer
from bot.heard import (
    Command,
    Convened,
    Dismissed,
    Edited,
    Heard,
    Moved,
    Place,
    Reached,
    Recording,
    Tap,
    Unheard,
    Words,
)

AT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
AMINA = telegram.User(4711, "Amina", is_bot=False, last_name="R.", username="amina_r", language_code="fr")
HERS = telegram.Chat(4711, "private", first_name="Amina", username="amina_r")
SIGNER = Signer(bytes(range(32)))


def said(**content: Any) -> telegram.Message:
    return telegram.Message(55, AT, content.pop("chat", HERS), content.pop("from_user", AMINA), **content)


def body(number: int = 9, **kinds: Any) -> bytes:
    return telegram.Update(number, **kinds).to_json().encode()


def heard(message: telegram.Message) -> Any:
    return listen(body(message=message), SIGNER).what


def sized(kind: type[Any], **more: Any) -> Any:
    return kind("file", "unique", **more)


def test_words_are_heard_with_who_when_and_where() -> None:
    assert listen(body(message=said(text="Bonjour")), SIGNER) == Heard(
        9, 4711, 4711, AT, Words("Bonjour"), 55, "fr"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/start", Command("start")),
        ("/Start@voices_bot  j-abc ", Command("start", "j-abc")),
        ("/mine\nnow", Command("mine", "now")),
        ("/ hello", Words("/ hello")),
        ("a /start", Words("a /start")),
        ("//", Words("//")),
    ],
)
def test_commands_are_told_from_words(text: str, what: object) -> None:
    assert heard(said(text=text)) == what


def test_recordings_are_heard_with_what_is_needed_to_fetch_them() -> None:
    voice = telegram.Voice("file", "unique", 40, mime_type="audio/ogg", file_size=900)
    assert heard(said(voice=voice)) == Recording("audio", "file", "unique", "audio/ogg", 900, 40)
    audio = telegram.Audio("file", "unique", 41, performer="Someone", title="T", mime_type="audio/mpeg")
    assert heard(said(audio=audio)) == Recording("audio", "file", "unique", "audio/mpeg", 0, 41)
    sizes = [telegram.PhotoSize("s", "us", 90, 60, 1), telegram.PhotoSize("l", "ul", 900, 600, 5)]
    assert heard(said(photo=sizes, caption="roof")) == Recording(
        "image", "l", "ul", "image/jpeg", 5, caption="roof"
    )
    note = telegram.VideoNote("file", "unique", 240, 9)
    assert heard(said(video_note=note)) == Recording("video", "file", "unique", "video/mp4", 0, 9)
    video = telegram.Video("file", "unique", 640, 360, 8, file_name="amina.mp4")
    assert heard(said(video=video)) == Recording("video", "file", "unique", "video/mp4", 0, 8)
    for mime, kind in (("image/png", "image"), ("application/pdf", "file"), ("audio/flac", "audio")):
        document = telegram.Document("file", "unique", file_name="a", mime_type=mime)
        assert heard(said(document=document)) == Recording(kind, "file", "unique", mime)


def test_a_shared_place_is_heard() -> None:
    assert heard(said(location=telegram.Location(47.5, -18.9))) == Place(-18.9, 47.5)


def test_what_a_testimony_cannot_hold_is_named() -> None:
    sticker = telegram.Sticker("f", "u", 1, 1, False, False, "regular")
    contact = telegram.Contact("+261 34 00 000 00", "Amina")
    assert heard(said(sticker=sticker)) == Unheard("sticker")
    assert heard(said(contact=contact)) == Unheard("contact")
    assert heard(said(dice=telegram.Dice(3, "🎲"))) == Unheard("dice")
    assert heard(said(pinned_message=said(text="x"))) == Unheard("service")
    assert heard(said()) == Unheard("other")


def test_an_edited_message_says_which_and_what_it_is_now() -> None:
    """R8: the edit names the message it changes."""
    edited = body(edited_message=said(text="Rice", edit_date=AT))
    assert listen(edited, SIGNER).what == Edited(55, "Rice")
    live = body(edited_message=said(location=telegram.Location(1, 2)))
    assert listen(live, SIGNER).what == Unheard("edited")


def tap(data: str | None, person: telegram.User = AMINA, chat: telegram.Chat = HERS) -> Any:
    query = telegram.CallbackQuery("cb", person, "instance", said(text="?", chat=chat), data)
    return listen(body(callback_query=query), SIGNER).what


def test_a_tap_carries_its_action_or_none_where_it_was_forged() -> None:
    """S23: forged, foreign and missing data."""
    assert tap(SIGNER.sign(4711, "s:ab:1:ok")) == Tap("s:ab:1:ok", "cb", 55)
    assert tap(SIGNER.sign(4712, "s:ab:1:ok")) == Tap(None, "cb", 55)
    assert tap("s:ab:1:ok") == Tap(None, "cb", 55)
    assert tap(None) == Tap(None, "cb", 55)


def test_a_tap_on_a_message_telegram_no_longer_has_is_heard() -> None:
    gone = telegram.InaccessibleMessage(HERS, 55)
    query = telegram.CallbackQuery("cb", AMINA, "instance", gone, SIGNER.sign(4711, "go"))
    assert listen(body(callback_query=query), SIGNER).what == Tap("go", "cb", 55)


def member(state: str, chat: telegram.Chat = HERS) -> telegram.ChatMemberUpdated:
    bot = telegram.User(1, "Voices", is_bot=True)
    old = telegram.ChatMemberMember(bot)
    new = telegram.ChatMemberBanned(bot, AT) if state == "kicked" else telegram.ChatMemberMember(bot)
    return telegram.ChatMemberUpdated(chat, AMINA, AT, old, new)


def test_blocking_the_bot_and_letting_it_in_again_are_heard() -> None:
    """R18: my_chat_member tells both ways."""
    assert listen(body(my_chat_member=member("kicked")), SIGNER).what == Reached(False)
    assert listen(body(my_chat_member=member("member")), SIGNER).what == Reached(True)


GROUP = telegram.Chat(-100, "supergroup", title="G")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (said(text="/next", chat=GROUP), "not_private"),
        (
            said(text="/next", chat=GROUP, from_user=telegram.User(1087968824, "Group", is_bot=True)),
            "anonymous",
        ),
        (said(text="/next", sender_chat=GROUP), "sender_chat"),
        (said(text="/next", via_bot=telegram.User(5, "gif", is_bot=True)), "via_bot"),
        (
            said(
                text="/next",
                forward_origin=telegram.MessageOriginUser(AT, telegram.User(6, "B", is_bot=False)),
            ),
            "forwarded_command",
        ),
        (said(text="hi", from_user=telegram.User(4711, "B", is_bot=True)), "bot"),
    ],
)
def test_rights_belong_to_a_person_in_a_private_chat(message: telegram.Message, reason: str) -> None:
    """S22: anonymous admins, channels, inline bots, forwarded commands and groups are not heard."""
    assert heard(message) == Unheard(reason)


def test_taps_and_membership_in_groups_are_not_heard() -> None:
    """S22: private chat only; but that the bot is gone from a group is."""
    assert tap(SIGNER.sign(4711, "go"), chat=GROUP) == Unheard("elsewhere")
    assert listen(body(my_chat_member=member("administrator", GROUP)), SIGNER).what == Unheard("not_private")
    assert listen(body(my_chat_member=member("kicked", GROUP)), SIGNER).what == Dismissed()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/room", Convened("")),
        ("/room@voices_bot", Convened("", "voices_bot")),
        ("/room mmm", Convened("mmm")),
        ("/start room", Convened("")),
        ("/start@voices_bot room-3f9a", Convened("3f9a", "voices_bot")),
        ("/start", None),
        ("/rooms", None),
        ("/start roommate", None),
        ("/room for improvement, as I see it", None),
        ("see /room", None),
    ],
)
def test_of_a_group_nothing_is_heard_but_that_it_is_to_be_a_room(text: str, what: object) -> None:
    """S5, S22: anything else said there is not even kept."""
    update = body(message=said(text=text, chat=GROUP))
    assert listen(update, SIGNER).what == (what or Unheard("not_private"))
    assert overheard(json.loads(update)) is (what is None)
    masked = body(message=said(text=text, chat=GROUP, sender_chat=GROUP))
    assert overheard(json.loads(masked))
    edited = body(edited_message=said(text=text, chat=GROUP, edit_date=AT))
    assert overheard(json.loads(edited))
    assert not overheard(json.loads(body(message=said(text=text))))


def test_a_group_that_moves_is_followed() -> None:
    assert heard(said(chat=GROUP, migrate_to_chat_id=-1005)) == Moved(-1005)


def test_a_forwarded_testimony_is_heard_without_its_origin() -> None:
    """S5: the origin of a forwarded message is dropped."""
    origin = telegram.MessageOriginUser(AT, telegram.User(6, "Bakary", is_bot=False))
    assert heard(said(text="what he told me", forward_origin=origin)) == Words("what he told me")


class Everything:
    """Makes an object of the Bot API with every field set, each to a value that stands nowhere else."""

    def __init__(self) -> None:
        self.values: dict[Any, str] = {}

    def of(self, kind: str, path: str = "", depth: int = 3) -> Any:
        """A value of this kind, as python-telegram-bot spells its type."""
        names = re.findall(r"\w+", kind)
        kinds = [found for name in names if isinstance(found := getattr(telegram, name, None), type)]
        if kinds:
            known = kinds[-1]
            fields = {} if depth == 0 else self._fields(known, path, depth)
            return [fields] if "Sequence" in names else fields
        if "bool" in names:
            return True
        if "str" in names:
            return self._noted(f"<{path}>", path)
        number = 1_000_000 + len(self.values)
        return self._noted(number / 100_000 if "float" in names else number, path)

    def _fields(self, kind: type, path: str, depth: int) -> dict[str, Any]:
        fields = inspect.signature(kind).parameters.values()
        made = {}
        for field in fields:
            if field.name not in ("api_kwargs", "args", "kwargs"):
                name = field.name.replace("from_user", "from")
                annotation = field.annotation if isinstance(field.annotation, str) else repr(field.annotation)
                made[name] = self.of(annotation, f"{path}.{name}".lstrip("."), depth - 1)
        return made

    def _noted(self, value: Any, path: str) -> Any:
        self.values[value] = path
        return value

    def found(self, value: Any) -> set[str]:
        """The paths of the fields whose values stand in this plain value."""
        if isinstance(value, dict):
            return {path for each in value.values() for path in self.found(each)}
        if isinstance(value, datetime):
            value = int(value.timestamp())
        return {self.values[value]} if value in self.values else set()


FRAME = {"from.id", "from.language_code", "message_id", "edit_date"}
FILE = {"file_id", "file_unique_id", "mime_type", "file_size", "duration"}
KEPT: dict[str, set[str]] = {
    "text": {"text"},
    "voice": {"caption", *(f"voice.{name}" for name in FILE)},
    "audio": {"caption", *(f"audio.{name}" for name in FILE)},
    "photo": {"caption", *(f"photo.{name}" for name in FILE - {"mime_type", "duration"})},
    "video": {"caption", *(f"video.{name}" for name in FILE)},
    "video_note": {"caption", *(f"video_note.{name}" for name in FILE - {"mime_type"})},
    "animation": {"caption", *(f"animation.{name}" for name in FILE)},
    "document": {"caption", *(f"document.{name}" for name in FILE - {"duration"})},
    "location": {"location.latitude", "location.longitude"},
}
"""All that is read of a message with this content, in the order in which contents are looked for; of any other, only
whose it is and when it came."""


def test_nothing_but_what_is_needed_is_read() -> None:
    """S5: every field the Bot API has is set: names, phone, contact, origin, replies, …; what is read is listed."""
    everything = Everything()
    message = everything.of("Message")
    assert len(everything.values) > 500
    for disguise in ("sender_chat", "via_bot"):
        del message[disguise]
    message["from"]["is_bot"] = False
    message["chat"] |= {"id": message["from"]["id"], "type": "private"}
    message["text"] = everything._noted("words", "text")
    for kind in (*KEPT, "anything else"):
        read = asdict(listen(json.dumps({"update_id": 9, "message": message}).encode(), SIGNER))
        assert everything.found(read) == FRAME | KEPT.get(kind, set()), kind
        message.pop(kind, None)


def test_the_order_of_one_persons_updates_is_date_then_message() -> None:
    """R5: (date, message id); a tap stands where its message stands."""
    seconds = int(AT.timestamp())
    query = telegram.CallbackQuery("cb", AMINA, "instance", said(text="?"), "x")
    later = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    assert peek(body(message=said(text="a"))) == (4711, (seconds, 55))
    assert peek(body(callback_query=query)) == (4711, (seconds, 55))
    assert peek(body(edited_message=said(text="a", edit_date=later))) == (4711, (seconds + 3600, 55))
    assert peek(body(my_chat_member=member("kicked"))) == (4711, (seconds, 0))


def test_an_update_from_nobody_is_nobodys() -> None:
    channel = telegram.Message(1, AT, telegram.Chat(-5, "channel", title="C"), text="news")
    for update in (body(channel_post=channel), body(), b'{"update_id": 3, "brand_new_kind": {"a": 1}}'):
        assert peek(update) == (None, (0, 0))
        assert listen(update, SIGNER).what == Unheard("nobody")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"update_id": "x"}',
        b'{"update_id": 1, "message": {"from": {"id": "x"}, "date": 1, "message_id": 2}}',
        b'{"update_id": 1, "message": {"from": {"id": 1}, "date": 1e99, "message_id": 2, "chat": {"id": 1}}}',
        b'{"update_id": 1, "callback_query": {"from": 5}}',
    ],
)
def test_poison_has_a_name(broken: bytes) -> None:
    """R9: bytes that are no update raise Unreadable, which does not quote them."""
    with pytest.raises(Unreadable) as refusal:
        listen(broken, SIGNER)
    assert broken.decode("latin-1") not in str(refusal.value) or not broken


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "from",
                    "chat",
                    "id",
                    "date",
                    "message_id",
                    "text",
                    "voice",
                    "photo",
                    "location",
                    "type",
                    "message",
                    "data",
                    "file_id",
                    "file_unique_id",
                    "new_chat_member",
                    "status",
                    "latitude",
                    "longitude",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(KINDS), JSON)
def test_no_shape_of_update_raises_anything_else(kind: str, content: Any) -> None:
    """R9: never anything but Unreadable."""
    update = json.dumps({"update_id": 1, kind: content}).encode()
    try:
        person, order = peek(update)
        assert person is None or isinstance(person, int)
        assert all(isinstance(part, int) for part in order)
    except Unreadable:
        pass
    with contextlib.suppress(Unreadable):
        assert isinstance(listen(update, SIGNER), Heard)
