"""Methods that take messages away for everybody."""

from sandbox.methods import Answer, answers
from sandbox.methods.finding import message_of, readable
from sandbox.refusal import Json, bad
from sandbox.rules import DELETABLE
from sandbox.world import HIGH, Message, World


def _deletable(world: World, message: Message) -> bool:
    if message.chat.kind != "private" and not message.from_bot and message.chat.bot not in HIGH:
        return False
    return world.now() - message.date < DELETABLE


@answers("deleteMessage")
def delete_message(world: World, request: Json) -> Answer:
    """One message, not older than 48 hours."""
    chat = readable(world, request["chat_id"])
    message = message_of(chat, request["message_id"], "message to delete")
    if not _deletable(world, message):
        raise bad("message can't be deleted for everyone")
    world.erase(message)
    return True


@answers("deleteMessages")
def delete_messages(world: World, request: Json) -> Answer:
    """1-100 messages; what is gone is passed over, what is too old stays."""
    chat = readable(world, request["chat_id"])
    ids: list[int] = request["message_ids"]
    if not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > 100:
        raise bad("too many message identifiers specified")
    for message_id in ids:
        message = chat.messages.get(message_id)
        if message and not message.deleted and _deletable(world, message):
            world.erase(message)
    return True
