"""What people do in Telegram, and what the bot is told of it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox import rules
from sandbox.entities import settled, utf16
from sandbox.refusal import Json
from sandbox.updates import QUERY_LASTS
from sandbox.views import media_json, member_json, member_update, message_json
from sandbox.world import HIGH, INSIDE, Account, Chat, File, Happening, Message, Query, Standing, World


def report(world: World, kind: str, payload: Json, person: Account | None, lane: tuple[str, int]) -> bool:
    """Queue an update for the bot; False when it did not ask for this kind."""
    if person:
        person.seen = True
    queued = world.updates.add(kind, payload, lane, world.now())
    if queued:
        world.tell(Happening("update"))
    return queued


def _check_can_write(person: Account, chat: Chat) -> None:
    if person.deactivated:
        raise ValueError(f"{person.name}'s account is deactivated")
    if chat.kind == "private":
        if chat.person is not person:
            raise ValueError(f"{person.name} cannot write in {chat.title or 'a chat of somebody else'}")
        if chat.bot == "kicked":
            raise ValueError(f"{person.name} has blocked the bot: unblock it first")
    elif chat.members.get(person.id) not in INSIDE:
        raise ValueError(f"{person.name} is not a member of {chat.title}")
    elif chat.migrated_to:
        raise ValueError(f"{chat.title} was upgraded to a supergroup")


def _hears(world: World, message: Message) -> bool:
    """Privacy mode: in groups a plain member bot hears commands, mentions and replies to itself only."""
    chat = message.chat
    if chat.kind == "private" or not world.bot.privacy or chat.bot in HIGH or message.service:
        return chat.bot in INSIDE
    mention = f"@{world.bot.username}".lower()
    to_bot = message.reply_to is not None and message.reply_to.from_bot
    return chat.bot in INSIDE and (message.text.startswith("/") or mention in message.text.lower() or to_bot)


def write(
    world: World,
    person: Account,
    chat: Chat,
    content: Json,
    *,
    files: tuple[File, ...] = (),
    reply_to: Message | None = None,
    thread_id: int | None = None,
    service: bool = False,
) -> Message:
    """A person's message, of any kind; raises ValueError where she cannot write."""
    _check_can_write(person, chat)
    if chat.kind == "private":
        chat.bot = "member"
    message = world.post(
        chat, person, content, files=files, reply_to=reply_to, thread_id=thread_id, service=service
    )
    if _hears(world, message):
        report(world, "message", message_json(message), person, ("message", chat.id))
    return message


def pieces(text: str) -> list[str]:
    """Long texts as Telegram's apps send them: in messages of at most 4096 UTF-16 code units."""
    result, size, start = [], 0, 0
    for at, character in enumerate(text):
        width = utf16(character)
        if size + width > rules.TEXT:
            result.append(text[start:at])
            size, start = 0, at
        size += width
    return [*result, text[start:]]


def say(world: World, person: Account, chat: Chat, text: str, **facts: Any) -> list[Message]:
    """A person writes; more than 4096 units become several messages."""
    contents = [_worded("text", piece) for piece in pieces(text.strip())]
    if not any(content["text"] for content in contents):
        raise ValueError("there is nothing to say")
    return [write(world, person, chat, content, **facts) for content in contents if content["text"]]


def _worded(key: str, text: str) -> Json:
    """A text or caption as Telegram keeps it, with the entities it finds."""
    kept, entities = settled(text, [])
    marks = {"text": "entities", "caption": "caption_entities"}[key]
    return {key: kept, marks: entities} if entities else {key: kept}


def start(world: World, person: Account, payload: str = "") -> Message:
    """Press Start, perhaps through a deep link; unblocks the bot like Telegram's apps do."""
    if payload and not rules.PAYLOAD.fullmatch(payload):
        raise ValueError("a deep link carries 1-64 characters of A-Z a-z 0-9 _ -")
    chat = world.chats[person.id]
    if chat.bot == "kicked":
        stand(world, person, chat, "member")
    return say(world, person, chat, f"/start {payload}".strip())[0]


def follow(world: World, person: Account, url: str) -> None:
    """Open a link; one that starts this bot starts it with its payload, others do nothing."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    username = world.bot.username.lower()
    to_bot = parts.hostname in {"t.me", "telegram.me"} and parts.path.strip("/").lower() == username
    if parts.scheme == "tg" and parts.netloc == "resolve":
        to_bot = query.get("domain", [""])[0].lower() == username
    if to_bot:
        start(world, person, query.get("start", [""])[0])


def send_files(
    world: World,
    person: Account,
    chat: Chat,
    kind: str,
    files: tuple[File, ...],
    caption: str = "",
    **facts: Any,
) -> Message:
    """Voice, photo, document, audio, video…, with a caption."""
    content = media_json(kind, files)
    if album := facts.pop("album", None):
        content["media_group_id"] = album
    if caption:
        if utf16(caption) > rules.CAPTION:
            raise ValueError("Telegram's apps let nobody write a caption of more than 1024 characters")
        content |= _worded("caption", caption)
    return write(world, person, chat, content, files=files, **facts)


def edit(world: World, person: Account, message: Message, text: str) -> None:
    """A person changes the words of her message (the caption of media)."""
    if message.sender is not person or message.deleted:
        raise ValueError("only her own messages can be edited")
    _check_can_write(person, message.chat)
    key = "text" if "text" in message.content else "caption"
    names = {"text", "entities", "caption", "caption_entities"}
    message.content = {k: v for k, v in message.content.items() if k not in names} | _worded(key, text)
    message.edit_date = world.now()
    world.touch(message)
    world.tell(Happening("edited", message.chat, message))
    if _hears(world, message):
        report(world, "edited_message", message_json(message), person, ("message", message.chat.id))


def delete(world: World, message: Message) -> None:
    """A person deletes a message for everybody; Telegram tells bots nothing."""
    world.erase(message)


def tap(world: World, person: Account, message: Message, button: Json) -> Query | None:
    """A tap on an inline button; only callback buttons tell the bot."""
    if message.deleted:
        raise ValueError("the message is gone")
    if message.chat.kind == "private" and message.chat.bot == "kicked":
        raise ValueError(f"{person.name} has blocked the bot: unblock it first")
    if person.deactivated:
        raise ValueError(f"{person.name}'s account is deactivated")
    message.chat.notes.append((message.chat.last_id, f"{person.name} taps [{button['text']}]"))
    if "callback_data" not in button:
        return None
    query = world.add_query(person, message, button["callback_data"], lasts=QUERY_LASTS)
    payload: Json = {
        "id": query.id,
        "from": person.user,
        "message": message_json(message),
        "chat_instance": str(message.chat.id * -7_919),
        "data": query.data,
    }
    report(world, "callback_query", payload, person, ("callback_query", person.id))
    return query


def react(world: World, person: Account, message: Message, emoji: str) -> None:
    """A person puts a reaction under a message, or takes hers away with ""."""
    if emoji and emoji not in rules.REACTIONS:
        raise ValueError(f"Telegram has no reaction {emoji}")
    old = message.reactions.pop(person.id, "")
    if emoji:
        message.reactions[person.id] = emoji
    world.touch(message)
    world.tell(Happening("edited", message.chat, message))
    if message.chat.kind != "private" and message.chat.bot not in HIGH:
        return
    payload: Json = {
        "chat": message.chat.as_json,
        "message_id": message.id,
        "user": person.user,
        "date": int(world.now()),
        "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
        "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
    }
    report(world, "message_reaction", payload, person, ("message_reaction", message.chat.id))


def stand(world: World, actor: Account, chat: Chat, standing: Standing) -> None:
    """Somebody changes how the bot stands in a chat: blocks it, unblocks it, adds it, removes it."""
    old, chat.bot = chat.bot, standing
    if old == standing:
        return
    world.tell(Happening("chat", chat))
    payload = member_update(world, chat, actor, old, standing)
    report(world, "my_chat_member", payload, actor, ("my_chat_member", chat.id))


def deactivate(world: World, person: Account) -> None:
    """The person deletes her Telegram account."""
    person.deactivated = True
    world.tell(Happening("chat", world.chats[person.id]))


def change_member(world: World, actor: Account, chat: Chat, person: Account, standing: Standing) -> None:
    """A person joins, leaves, is promoted or removed."""
    old, chat.members[person.id] = chat.members.get(person.id, "left"), standing
    if old == standing:
        return
    world.tell(Happening("chat", chat))
    payload: Json = {
        "chat": chat.as_json,
        "from": actor.user,
        "date": int(world.now()),
        "old_chat_member": member_json(person, old),
        "new_chat_member": member_json(person, standing),
    }
    if chat.bot in HIGH:
        report(world, "chat_member", payload, person, ("chat_member", chat.id))
    if old not in INSIDE and standing in INSIDE:
        _service(world, actor, chat, {"new_chat_members": [person.user]})
    elif old in INSIDE and standing not in INSIDE:
        _service(world, actor, chat, {"left_chat_member": person.user})


def _service(world: World, actor: Account, chat: Chat, content: Json) -> Message:
    message = world.post(chat, actor, content, service=True)
    if _hears(world, message):
        report(world, "message", message_json(message), actor, ("message", chat.id))
    return message


def migrate(world: World, actor: Account, chat: Chat) -> Chat:
    """A basic group becomes a supergroup: another chat with another id."""
    if chat.kind != "group":
        raise ValueError("only basic groups become supergroups")
    people = dict(chat.members)
    upgraded = world.add_group(chat.title, people, chat.bot, forum=False, basic=False)
    _service(world, actor, chat, {"migrate_to_chat_id": upgraded.id})
    chat.migrated_to = upgraded.id
    _service(world, actor, upgraded, {"migrate_from_chat_id": chat.id})
    world.tell(Happening("chat", upgraded))
    return upgraded


def commands_for(world: World, chat: Chat, person: Account) -> list[Json]:
    """The command menu this person sees in this chat: scope before scope, her language before none."""
    high = chat.members.get(person.id) in HIGH
    scopes: Iterable[str]
    if chat.kind == "private":
        scopes = (f"chat {chat.id}", "all_private_chats", "default")
    else:
        scopes = (
            f"chat_member {chat.id} {person.id}",
            *((f"chat_administrators {chat.id}",) if high else ()),
            f"chat {chat.id}",
            *(("all_chat_administrators",) if high else ()),
            "all_group_chats",
            "default",
        )
    for scope in scopes:
        for code in (person.language[:2], ""):
            if commands := world.bot.commands.get((scope, code)):
                return commands
    return []
