"""A chat as text one can read and grep."""

from sandbox.world import Chat, Message

_SIGNS = {
    "voice": "voice",
    "photo": "photo",
    "document": "document",
    "audio": "audio",
    "video": "video",
    "animation": "animation",
    "video_note": "video note",
    "sticker": "sticker",
}


def sign(message: Message) -> str:
    """What a message without words shows, in parentheses: "(voice, 40 s)"."""
    content = message.content
    match message.kind:
        case kind if kind in _SIGNS and message.media:
            facts = message.media.facts
            extra = [message.media.name] if kind == "document" and message.media.name else []
            extra += [f"{facts['duration']} s"] if facts.get("duration") else []
            return f"({', '.join([_SIGNS[kind], *extra])})"
        case "location":
            place = content["location"]
            return f"(location {place['latitude']:g}, {place['longitude']:g})"
        case "contact":
            return f"(contact {content['contact']['phone_number']})"
        case "text":
            return ""
        case kind:
            return f"({kind.replace('_', ' ')})"


def _line(message: Message) -> str:
    marks = [
        *(["edited"] if message.edited else []),
        *(["deleted"] if message.deleted else []),
        *(["protected"] if message.protected else []),
        *([f"topic {message.thread_id}"] if message.thread_id else []),
        *([f"reply to #{message.reply_to.id}"] if message.reply_to else []),
    ]
    words = " ".join(part for part in (sign(message), message.text.replace("\n", "\n    ")) if part)
    line = f"#{message.id} {message.sender.name}: {words}"
    if marks:
        line += f"  ({', '.join(marks)})"
    if message.reactions:
        line += f"  {' '.join(message.reactions.values())}"
    for row in message.buttons:
        line += "\n    " + " ".join(f"[{label}]" for label in row)
    return line


def transcript(chat: Chat) -> str:
    """The whole chat: messages, buttons, taps and notices; deleted messages are marked, not left out."""
    notes: dict[int, list[str]] = {}
    for after, note in chat.notes:
        notes.setdefault(after, []).append(f"— {note}")
    lines = list(notes.get(0, []))
    for message in chat.messages.values():
        lines += [_line(message), *notes.get(message.id, [])]
    for row in (chat.keyboard or {}).get("keyboard", []):
        lines.append("keyboard: " + " ".join(f"[{button['text']}]" for button in row))
    return "\n".join(lines)
