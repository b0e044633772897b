"""Methods about chats and who is in them, and the files people sent."""

from sandbox import rules, views
from sandbox.methods import Answer, answers
from sandbox.methods.finding import person_of, readable, require_high
from sandbox.refusal import Json, bad
from sandbox.world import HIGH, INSIDE, Chat, File, Happening, World

_EXTENSIONS = {
    "voice": "oga",
    "photo": "jpg",
    "video": "mp4",
    "video_note": "mp4",
    "animation": "mp4",
    "audio": "mp3",
}


@answers("getChat")
def get_chat(world: World, request: Json) -> Answer:
    """What is known of a chat."""
    return views.full_chat_json(world, readable(world, request["chat_id"]))


def _member(world: World, chat: Chat, user_id: int) -> Json:
    if user_id == world.bot.id:
        return views.member_json(world.bot, chat.bot)
    person = person_of(world, user_id)
    if chat.kind == "private" and person is not chat.person:
        raise bad("member not found")
    return views.member_json(
        person, "member" if chat.kind == "private" else chat.members.get(user_id, "left")
    )


@answers("getChatMember")
def get_chat_member(world: World, request: Json) -> Answer:
    """How somebody stands in a chat."""
    return _member(world, readable(world, request["chat_id"]), request["user_id"])


@answers("getChatAdministrators")
def get_chat_administrators(world: World, request: Json) -> Answer:
    """The administrators of a group, bots left out except this one."""
    chat = readable(world, request["chat_id"])
    if chat.kind == "private":
        raise bad("there are no administrators in the private chat")
    ids = [each for each, standing in chat.members.items() if standing in HIGH]
    return [_member(world, chat, each) for each in [*ids, *([world.bot.id] if chat.bot in HIGH else [])]]


@answers("getChatMemberCount")
def get_chat_member_count(world: World, request: Json) -> Answer:
    """How many are in the chat, the bot included."""
    chat = readable(world, request["chat_id"])
    return 2 if chat.kind == "private" else 1 + sum(s in INSIDE for s in chat.members.values())


@answers("leaveChat")
def leave_chat(world: World, request: Json) -> Answer:
    """The bot goes."""
    chat = readable(world, request["chat_id"])
    if chat.kind == "private":
        raise bad("chat can't be left")
    chat.bot = "left"
    world.tell(Happening("chat", chat))
    return True


def _removable(world: World, request: Json) -> tuple[Chat, int]:
    chat = readable(world, request["chat_id"])
    require_high(chat, "not enough rights to restrict/unrestrict chat member")
    person = person_of(world, request["user_id"])
    if chat.members.get(person.id) in HIGH:
        raise bad("user is an administrator of the chat")
    return chat, person.id


@answers("banChatMember")
def ban_chat_member(world: World, request: Json) -> Answer:
    """Remove somebody from a group for good."""
    chat, person_id = _removable(world, request)
    chat.members[person_id] = "kicked"
    world.tell(Happening("chat", chat))
    return True


@answers("unbanChatMember")
def unban_chat_member(world: World, request: Json) -> Answer:
    """Let somebody come back; without `only_if_banned` a member is removed."""
    chat, person_id = _removable(world, request)
    if chat.members.get(person_id) == "kicked" or not request.get("only_if_banned"):
        chat.members[person_id] = "left"
        world.tell(Happening("chat", chat))
    return True


@answers("getFile")
def get_file(world: World, request: Json) -> Answer:
    """A path to download from, good for one hour; only up to 20 MB."""
    file = world.files.get(request["file_id"])
    if file is None:
        raise bad("invalid file_id")
    if file.lost:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if file.size > rules.DOWNLOAD:
        raise bad("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": _path(world, file),
    }


def _path(world: World, file: File) -> str:
    extension = file.name.rpartition(".")[2] if "." in file.name else _EXTENSIONS.get(file.kind, "bin")
    folder = {"voice": "voice", "photo": "photos", "video": "videos", "audio": "music"}.get(
        file.kind, "documents"
    )
    file.path = file.path or f"{folder}/file_{int(file.id[-4:])}.{extension}"
    file.path_until = world.now() + rules.LINK_LASTS
    world.paths[file.path] = file
    return file.path


def download(world: World, path: str) -> File | None:
    """The file behind a path that is still good."""
    file = world.paths.get(path)
    return file if file and not file.lost and file.path_until > world.now() else None


@answers("getUserProfilePhotos")
def get_user_profile_photos(world: World, request: Json) -> Answer:
    """Nobody here has a portrait."""
    person_of(world, request["user_id"])
    return {"total_count": 0, "photos": []}


@answers("setChatTitle")
def set_chat_title(world: World, request: Json) -> Answer:
    """Another name for a group."""
    chat = readable(world, request["chat_id"])
    require_high(chat, "not enough rights to change chat title")
    chat.title = rules.said(request["title"], 128, "chat title")
    world.tell(Happening("chat", chat))
    return True
