"""The one answer a tap gets."""

from sandbox.entities import link, utf16
from sandbox.methods import Answer, answers
from sandbox.refusal import Json, bad
from sandbox.rules import CALLBACK_ANSWER
from sandbox.world import Happening, World


@answers("answerCallbackQuery")
def answer_callback_query(world: World, request: Json) -> Answer:
    """Show a notice or an alert, or just end the waiting circle on the button."""
    query = world.queries.get(request["callback_query_id"])
    if query is None or query.answer is not None or query.until <= world.now():
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = request.get("text") or ""
    if utf16(text) > CALLBACK_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    if (url := request.get("url")) and not link(url):
        raise bad("URL_INVALID")
    query.answer = {"text": text, "alert": bool(request.get("show_alert"))} | ({"url": url} if url else {})
    if text:
        chat = query.message.chat
        chat.notes.append((chat.last_id, f"{world.bot.name} tells {query.person.name}: {text}"))
    facts = query.answer | {"person": query.person.id, "message_id": query.message.id}
    world.tell(Happening("answer", query.message.chat, query.message, facts))
    return True
