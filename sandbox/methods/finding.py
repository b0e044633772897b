"""Which chat, message or file a request means, and whether the bot may touch it."""

from sandbox.parameters import Upload
from sandbox.photos import photo_files
from sandbox.refusal import Json, Refusal, bad, forbidden
from sandbox.rules import PHOTO, UPLOAD
from sandbox.world import HIGH, INSIDE, Account, Chat, File, Message, World


def chat_of(world: World, chat_id: int | str) -> Chat:
    """The chat, by id or @username, whatever its state; raises "chat not found"."""
    if isinstance(chat_id, str):
        named = [
            c for c in world.chats.values() if c.username and f"@{c.username}".lower() == chat_id.lower()
        ]
        if not named:
            raise bad(
                "chat not found" if chat_id.startswith("@") else "chat identifier must be a valid Integer"
            )
        return named[0]
    chat = world.chats.get(chat_id)
    if chat is None:
        raise bad("chat not found")
    return chat


def readable(world: World, chat_id: int | str) -> Chat:
    """A chat the bot knows; raises what Telegram says of strangers and of groups it is not in."""
    chat = chat_of(world, chat_id)
    if chat.kind == "private":
        person = chat.person
        if not chat.started and not (person and person.seen):
            raise bad("chat not found")
        return chat
    if chat.migrated_to:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    if chat.bot == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.bot not in INSIDE:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def writable(world: World, chat_id: int | str) -> Chat:
    """A chat the bot may write in; raises what Telegram says when it may not."""
    chat = readable(world, chat_id)
    if chat.person:
        if chat.person.deactivated:
            raise forbidden("user is deactivated")
        if chat.bot == "kicked":
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
    return chat


def person_of(world: World, user_id: int) -> Account:
    """The person; raises "user not found"."""
    person = world.people.get(user_id)
    if person is None:
        raise bad("user not found")
    return person


def message_of(chat: Chat, message_id: int, what: str) -> Message:
    """A message that is still there; raises "<what> not found"."""
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise bad(f"{what} not found")
    return message


def thread_of(chat: Chat, request: Json) -> int | None:
    """The forum topic a request names; raises "message thread not found" and TOPIC_CLOSED."""
    thread_id: int | None = request.get("message_thread_id")
    if thread_id is None:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad("message thread not found")
    if topic.closed and chat.bot not in HIGH:
        raise bad("TOPIC_CLOSED")
    return thread_id


def require_high(chat: Chat, words: str) -> None:
    """Raise 400 with `words` unless the bot is an administrator of the group."""
    if chat.kind == "private" or chat.bot not in HIGH:
        raise bad(words)


_NOUNS = {
    "photo": "Photo",
    "voice": "VoiceNote",
    "document": "Document",
    "audio": "Audio",
    "video": "Video",
    "animation": "Animation",
    "video_note": "VideoNote",
    "sticker": "Sticker",
}


def files_of(world: World, kind: str, given: object, request: Json, facts: Json) -> tuple[File, ...]:
    """The file a bot sends: an upload, an attachment or a known file_id; raises Telegram's refusals."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = request.get(given.removeprefix("attach://"))
        if not isinstance(given, Upload):
            raise bad("attached file not found")
    if isinstance(given, Upload):
        if not given.data:
            raise bad("file must be non-empty")
        if len(given.data) > UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        if kind == "photo" and len(given.data) > PHOTO:
            raise bad("photo is too big")
        if kind == "photo":
            return photo_files(world, given.data)
        return (world.add_file(kind, given.data, name=given.name, mime=given.mime, **facts),)
    if str(given).startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    file = world.files.get(str(given))
    if file is None or file.lost:
        raise bad("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad(f"can't use file of type {_NOUNS[file.kind]} as {_NOUNS[kind]}")
    return (file,)
