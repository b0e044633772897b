"""Methods about the topics of a forum group."""

from sandbox import rules
from sandbox.methods import Answer, answers
from sandbox.methods.finding import readable, require_high
from sandbox.refusal import Json, bad
from sandbox.world import Chat, Happening, Topic, World

_COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)


def _forum(world: World, request: Json) -> Chat:
    chat = readable(world, request["chat_id"])
    if not chat.forum:
        raise bad("the chat is not a forum")
    require_high(chat, "not enough rights to manage topics")
    return chat


def _topic(chat: Chat, request: Json) -> Topic:
    topic = chat.topics.get(request.get("message_thread_id", 1))
    if topic is None:
        raise bad("message thread not found")
    return topic


def _service(world: World, chat: Chat, topic: Topic, content: Json) -> bool:
    world.post(chat, world.bot, content, service=True, thread_id=topic.id)
    world.tell(Happening("chat", chat))
    return True


def _named(name: str) -> str:
    name = rules.said(name.strip(), 128, "topic name")
    if not name:
        raise bad("topic name must be non-empty")
    return name


@answers("createForumTopic")
def create_forum_topic(world: World, request: Json) -> Answer:
    """A topic; its id is that of the message which opens it."""
    chat = _forum(world, request)
    color = request.get("icon_color", _COLORS[0])
    if color not in _COLORS:
        raise bad("invalid topic icon color specified")
    topic = Topic(chat.last_id + 1, _named(request["name"]), color)
    facts = {"name": topic.name, "icon_color": color}
    chat.topics[topic.id] = topic
    _service(world, chat, topic, {"forum_topic_created": facts})
    return {"message_thread_id": topic.id} | facts


@answers("editForumTopic", "editGeneralForumTopic")
def edit_forum_topic(world: World, request: Json) -> Answer:
    """Another name."""
    chat = _forum(world, request)
    topic = _topic(chat, request)
    if name := request.get("name"):
        if _named(name) == topic.name:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.name = _named(name)
    return _service(world, chat, topic, {"forum_topic_edited": {"name": topic.name}})


def _closing(closed: bool) -> None:
    verb = "close" if closed else "reopen"

    @answers(f"{verb}ForumTopic", f"{verb}GeneralForumTopic")
    def close(world: World, request: Json) -> Answer:
        chat = _forum(world, request)
        topic = _topic(chat, request)
        if topic.closed is closed:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.closed = closed
        return _service(world, chat, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})


_closing(closed=True)
_closing(closed=False)


def _hiding(hidden: bool) -> None:
    @answers("hideGeneralForumTopic" if hidden else "unhideGeneralForumTopic")
    def hide(world: World, request: Json) -> Answer:
        chat = _forum(world, request)
        topic = chat.topics[1]
        if topic.hidden is hidden:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.hidden = hidden
        kind = "general_forum_topic_hidden" if hidden else "general_forum_topic_unhidden"
        return _service(world, chat, topic, {kind: {}})


_hiding(hidden=True)
_hiding(hidden=False)


@answers("deleteForumTopic")
def delete_forum_topic(world: World, request: Json) -> Answer:
    """A topic with all its messages."""
    chat = _forum(world, request)
    topic = _topic(chat, request)
    if topic.id == 1:
        raise bad("TOPIC_ID_INVALID")
    del chat.topics[topic.id]
    for message in chat.messages.values():
        if message.thread_id == topic.id and not message.deleted:
            world.erase(message)
    world.tell(Happening("chat", chat))
    return True


@answers("getForumTopicIconStickers")
def get_forum_topic_icon_stickers(world: World, request: Json) -> Answer:
    """There are no icons here."""
    return []
