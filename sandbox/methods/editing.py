"""Methods that change messages the bot has sent."""

from sandbox import rules, views
from sandbox.methods import Answer, answers
from sandbox.methods.finding import files_of, message_of, readable, writable
from sandbox.methods.sending import caption_of, media_facts
from sandbox.refusal import Json, bad
from sandbox.world import Happening, Message, World

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def _editable(world: World, request: Json) -> Message:
    if request.get("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    for name, words in (
        ("chat_id", "chat_id is empty"),
        ("message_id", "message identifier is not specified"),
    ):
        if name not in request:
            raise bad(words)
    chat = writable(world, request["chat_id"])
    message = message_of(chat, request["message_id"], "message to edit")
    if not message.from_bot or message.fixed or message.service or "forward_origin" in message.content:
        raise bad("message can't be edited")
    return message


def _change(world: World, message: Message, content: Json, request: Json, *, words: bool) -> Answer:
    given = request.get("reply_markup")
    markup = rules.inline_keyboard(given) if given else None
    if content == message.content and markup == message.markup:
        raise bad(_NOT_MODIFIED)
    message.content, message.markup = content, markup
    if words:
        message.edit_date = world.now()
    world.touch(message)
    world.tell(Happening("edited", message.chat, message))
    return views.message_json(message)


@answers("editMessageText")
def edit_message_text(world: World, request: Json) -> Answer:
    """Other words; without `reply_markup` the buttons go."""
    message = _editable(world, request)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    if request.get("text") is None:
        raise bad("message text is empty")
    content = {k: v for k, v in message.content.items() if k not in {"text", "entities"}}
    return _change(world, message, content | rules.text_of(request), request, words=True)


@answers("editMessageCaption")
def edit_message_caption(world: World, request: Json) -> Answer:
    """Another caption; without `reply_markup` the buttons go."""
    message = _editable(world, request)
    if not message.files:
        raise bad("there is no caption in the message to edit")
    names = {"caption", "caption_entities", "show_caption_above_media"}
    content = {k: v for k, v in message.content.items() if k not in names}
    return _change(world, message, content | caption_of(request), request, words=True)


@answers("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, request: Json) -> Answer:
    """Other buttons, or none."""
    message = _editable(world, request)
    return _change(world, message, message.content, request, words=False)


@answers("editMessageMedia")
def edit_message_media(world: World, request: Json) -> Answer:
    """Another file, or a file in place of the text."""
    message = _editable(world, request)
    media: Json = request["media"]
    kind = media["type"]
    caption = caption_of(media)
    files = files_of(world, kind, media["media"], request, media_facts(kind, media))
    answer = _change(world, message, views.media_json(kind, files) | caption, request, words=True)
    message.files = files
    return answer


@answers("setMessageReaction")
def set_message_reaction(world: World, request: Json) -> Answer:
    """A bot's one emoji under a message, or none."""
    chat = writable(world, request["chat_id"])
    message = message_of(chat, request["message_id"], "message to react")
    reactions: list[Json] = request.get("reaction") or []
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY")
    emoji = reactions[0].get("emoji") if reactions else ""
    if reactions and emoji not in rules.REACTIONS:
        raise bad("REACTION_INVALID")
    message.reactions.pop(world.bot.id, None)
    if emoji:
        message.reactions[world.bot.id] = emoji
    world.touch(message)
    world.tell(Happening("edited", chat, message))
    return True


@answers("pinChatMessage")
def pin_chat_message(world: World, request: Json) -> Answer:
    """Keep a message at the top of the chat."""
    chat = writable(world, request["chat_id"])
    message = message_of(chat, request["message_id"], "message to pin")
    if chat.kind != "private" and chat.bot not in {"administrator", "creator"}:
        raise bad("not enough rights to manage pinned messages in the chat")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
        world.post(chat, world.bot, {"pinned_message": views.message_json(message)}, service=True)
    return True


@answers("unpinChatMessage")
def unpin_chat_message(world: World, request: Json) -> Answer:
    """Take one message down, the last pinned when none is named."""
    chat = readable(world, request["chat_id"])
    message_id = request.get("message_id") or (chat.pinned[-1] if chat.pinned else None)
    if message_id not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(message_id)
    world.tell(Happening("chat", chat))
    return True


@answers("unpinAllChatMessages", "unpinAllForumTopicMessages", "unpinAllGeneralForumTopicMessages")
def unpin_all_chat_messages(world: World, request: Json) -> Answer:
    """Take all down (of one topic when one is named)."""
    chat = readable(world, request["chat_id"])
    thread_id = request.get("message_thread_id")
    chat.pinned = [
        pin for pin in chat.pinned if thread_id is not None and chat.messages[pin].thread_id != thread_id
    ]
    world.tell(Happening("chat", chat))
    return True
