"""Methods that put messages into chats."""

from sandbox import rules, views
from sandbox.methods import Answer, answers
from sandbox.methods.finding import files_of, message_of, readable, thread_of, writable
from sandbox.refusal import Json, bad
from sandbox.world import Chat, File, Happening, Message, World

_MEDIA = {
    "sendPhoto": "photo",
    "sendVoice": "voice",
    "sendDocument": "document",
    "sendAudio": "audio",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}
SENDING = frozenset(
    {"sendMessage", "sendMediaGroup", "sendLocation", "sendVenue", "sendContact", "sendDice", *_MEDIA}
) | {
    "copyMessage",
    "copyMessages",
    "forwardMessage",
    "forwardMessages",
}
"""Methods the flood model counts."""


def count_of(name: str, request: Json) -> int:
    """How many messages a request sends."""
    return {
        "sendMediaGroup": lambda: len(request["media"]),
        "copyMessages": lambda: len(request["message_ids"]),
        "forwardMessages": lambda: len(request["message_ids"]),
    }.get(name, lambda: 1)()


def _replied(chat: Chat, request: Json) -> Message | None:
    reply = request.get("reply_parameters") or {"message_id": request.get("reply_to_message_id")}
    if reply.get("message_id") is None:
        return None
    message = chat.messages.get(reply["message_id"])
    if message is None or message.deleted:
        if reply.get("allow_sending_without_reply") or request.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")
    return message


def put(world: World, chat: Chat, request: Json, content: Json, files: tuple[File, ...] = ()) -> Message:
    """Check reply, topic and markup, then post the bot's message."""
    markup = request.get("reply_markup") or {}
    inline = rules.inline_keyboard(markup) if "inline_keyboard" in markup else None
    keyboard = None
    if "keyboard" in markup:
        keyboard = rules.reply_keyboard(markup, private=chat.kind == "private")
    elif "force_reply" in markup:
        keyboard = rules.force_reply(markup)
    message = world.post(
        chat,
        world.bot,
        content,
        markup=inline,
        files=files,
        reply_to=_replied(chat, request),
        thread_id=thread_of(chat, request),
        protected=bool(request.get("protect_content")),
        silent=bool(request.get("disable_notification")),
        fixed=keyboard is not None or "remove_keyboard" in markup,
    )
    if keyboard is not None or markup.get("remove_keyboard"):
        chat.keyboard, chat.keyboard_used = keyboard, False
        world.tell(Happening("keyboard", chat))
    return message


@answers("sendMessage")
def send_message(world: World, request: Json) -> Answer:
    """Text."""
    chat = writable(world, request["chat_id"])
    return views.message_json(put(world, chat, request, rules.text_of(request)))


def media_facts(kind: str, given: Json) -> Json:
    """What the Bot API adds to a file of this kind, taken from the request."""
    names = {
        "voice": ("duration",),
        "audio": ("duration", "performer", "title"),
        "video": ("duration", "width", "height"),
        "animation": ("duration", "width", "height"),
        "video_note": ("duration", "length"),
        "sticker": (),
    }.get(kind, ())
    facts = {
        name: given.get(name, 0) for name in names if name in given or name not in {"performer", "title"}
    }
    if kind == "sticker":
        facts |= {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return facts


def caption_of(request: Json) -> Json:
    """The caption fields of a request."""
    caption = rules.caption_of(request)
    if caption and request.get("show_caption_above_media"):
        caption["show_caption_above_media"] = True
    return caption


def _send_media(kind: str) -> None:
    method = next(name for name, each in _MEDIA.items() if each == kind)

    @answers(method)
    def send(world: World, request: Json) -> Answer:
        chat = writable(world, request["chat_id"])
        caption = caption_of(request)
        files = files_of(world, kind, request[kind], request, media_facts(kind, request))
        content = views.media_json(kind, files) | caption
        if request.get("has_spoiler"):
            content["has_media_spoiler"] = True
        return views.message_json(put(world, chat, request, content, files))


for _kind in _MEDIA.values():
    _send_media(_kind)


@answers("sendMediaGroup")
def send_media_group(world: World, request: Json) -> Answer:
    """An album of 2-10 photos and videos, or documents, or audio files."""
    chat = writable(world, request["chat_id"])
    items: list[Json] = request["media"]
    if len(items) not in rules.ALBUM:
        raise bad("there must be from 2 to 10 media in an album")
    kinds = {item["type"] for item in items}
    if not (kinds <= {"photo", "video"} or kinds in ({"document"}, {"audio"})):
        raise bad("can't use the media of the specified type in the album")
    ready = [
        (
            item["type"],
            files_of(world, item["type"], item["media"], request, media_facts(item["type"], item)),
            caption_of(item),
        )
        for item in items
    ]
    album = str(13_000_000_000_000_000 + (abs(chat.id) << 8) + chat.last_id)
    return [
        views.message_json(
            put(
                world,
                chat,
                request,
                views.media_json(kind, files) | caption | {"media_group_id": album},
                files,
            )
        )
        for kind, files, caption in ready
    ]


@answers("sendLocation")
def send_location(world: World, request: Json) -> Answer:
    """A point on the map."""
    chat = writable(world, request["chat_id"])
    return views.message_json(put(world, chat, request, {"location": rules.place(request)}))


@answers("sendVenue")
def send_venue(world: World, request: Json) -> Answer:
    """A named place."""
    chat = writable(world, request["chat_id"])
    place = rules.place(request)
    venue = {"location": place, "title": request["title"], "address": request["address"]}
    return views.message_json(put(world, chat, request, {"location": place, "venue": venue}))


@answers("sendContact")
def send_contact(world: World, request: Json) -> Answer:
    """A phone number with a name."""
    chat = writable(world, request["chat_id"])
    names = ("phone_number", "first_name", "last_name", "vcard")
    return views.message_json(
        put(world, chat, request, {"contact": {n: request[n] for n in names if request.get(n)}})
    )


@answers("sendDice")
def send_dice(world: World, request: Json) -> Answer:
    """A die, thrown by the seed."""
    chat = writable(world, request["chat_id"])
    dice = {"emoji": request.get("emoji") or "🎲", "value": world.chance.randint(1, 6)}
    return views.message_json(put(world, chat, request, {"dice": dice}))


@answers("sendChatAction")
def send_chat_action(world: World, request: Json) -> Answer:
    """Show that the bot is typing, recording, …."""
    chat = writable(world, request["chat_id"])
    thread_of(chat, request)
    world.tell(Happening("action", chat, facts={"action": rules.action(request["action"])}))
    return True


def _original(world: World, request: Json, message_id: int, verb: str) -> Message:
    source = readable(world, request["from_chat_id"])
    message = message_of(source, message_id, f"message to {verb}")
    if message.protected or message.service:
        raise bad(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


def _forward(world: World, chat: Chat, request: Json, original: Message) -> Message:
    origin: Json = {"type": "user", "sender_user": original.sender.user, "date": int(original.date)}
    content = {"forward_origin": origin} | original.content
    content.pop("media_group_id", None)
    return put(world, chat, request, content, original.files)


def _copy(world: World, chat: Chat, request: Json, original: Message) -> Message:
    content = {k: v for k, v in original.content.items() if k not in {"media_group_id", "forward_origin"}}
    if "caption" in request and original.files:
        content = {k: v for k, v in content.items() if k not in {"caption", "caption_entities"}} | caption_of(
            request
        )
    if request.get("remove_caption"):
        content = {k: v for k, v in content.items() if k not in {"caption", "caption_entities"}}
    return put(world, chat, request, content, original.files)


@answers("forwardMessage")
def forward_message(world: World, request: Json) -> Answer:
    """One message, with its origin."""
    chat = writable(world, request["chat_id"])
    return views.message_json(
        _forward(world, chat, request, _original(world, request, request["message_id"], "forward"))
    )


@answers("copyMessage")
def copy_message(world: World, request: Json) -> Answer:
    """One message, without its origin."""
    chat = writable(world, request["chat_id"])
    return {
        "message_id": _copy(world, chat, request, _original(world, request, request["message_id"], "copy")).id
    }


def _originals(world: World, request: Json) -> list[Message]:
    ids: list[int] = request["message_ids"]
    if not 1 <= len(ids) <= 100:
        raise bad(
            "too many message identifiers specified" if ids else "message identifiers are not specified"
        )
    source = readable(world, request["from_chat_id"])
    there = [message for each in ids if (message := source.messages.get(each)) and not message.deleted]
    originals = [message for message in there if not (message.protected or message.service)]
    if not originals:
        raise bad("there are no messages to forward")
    return originals


@answers("forwardMessages")
def forward_messages(world: World, request: Json) -> Answer:
    """Several messages; what is gone or protected is passed over."""
    chat = writable(world, request["chat_id"])
    return [{"message_id": _forward(world, chat, request, each).id} for each in _originals(world, request)]


@answers("copyMessages")
def copy_messages(world: World, request: Json) -> Answer:
    """Several messages without their origin; what is gone or protected is passed over."""
    chat = writable(world, request["chat_id"])
    return [{"message_id": _copy(world, chat, request, each).id} for each in _originals(world, request)]
