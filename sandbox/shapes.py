"""Chats and messages as the chat page draws them."""

from sandbox.refusal import Json
from sandbox.transcript import sign
from sandbox.world import Chat, Message


def message_shape(message: Message) -> Json:
    """A message with all that is visible on it."""
    content = message.content
    shape: Json = {
        "id": message.id,
        "chat": message.chat.id,
        "sender": {"id": message.sender.id, "name": message.sender.name, "bot": message.from_bot},
        "date": message.date,
        "kind": message.kind,
        "text": message.text,
        "entities": message.entities,
        "buttons": (message.markup or {}).get("inline_keyboard", []),
        "edited": message.edited,
        "deleted": message.deleted,
        "protected": message.protected,
        "silent": message.silent,
        "service": sign(message) if message.service else "",
        "reactions": list(message.reactions.values()),
        "topic": message.thread_id,
        "album": content.get("media_group_id"),
        "forwarded": "forward_origin" in content,
    }
    if message.media:
        file = message.media
        shape["media"] = {
            "kind": file.kind,
            "url": f"/sandbox/files/{file.id}",
            "name": file.name,
            "size": file.size,
            **file.facts,
        }
    for name in ("location", "contact", "venue", "dice"):
        if name in content:
            shape[name] = content[name]
    if message.reply_to:
        shape["reply_to"] = {
            "id": message.reply_to.id,
            "name": message.reply_to.sender.name,
            "text": message.reply_to.text[:80] or sign(message.reply_to),
        }
    return shape


def chat_shape(chat: Chat) -> Json:
    """A chat with its messages, deleted ones left out."""
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title or (chat.person.name if chat.person else ""),
        "started": chat.started,
        "bot": chat.bot,
        "keyboard": chat.keyboard,
        "keyboard_used": chat.keyboard_used,
        "pinned": chat.pinned,
        "topics": {topic.id: topic.name for topic in chat.topics.values()},
        "messages": [message_shape(message) for message in chat.there],
    }
