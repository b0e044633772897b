"""Methods with which the bot tells who it is and what it can do, by scope and language."""

from sandbox import rules
from sandbox.methods import Answer, answers
from sandbox.methods.finding import chat_of
from sandbox.refusal import Json
from sandbox.world import Happening, World


@answers("getMe")
def get_me(world: World, request: Json) -> Answer:
    """The bot."""
    return world.bot.user | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


@answers("logOut", "close")
def close(world: World, request: Json) -> Answer:
    """Nothing to close here."""
    return True


def _scope(world: World, request: Json) -> str:
    scope: Json = request.get("scope") or {"type": "default"}
    parts = [scope["type"]]
    if "chat_id" in scope:
        parts.append(str(chat_of(world, scope["chat_id"]).id))
    if "user_id" in scope:
        parts.append(str(scope["user_id"]))
    return " ".join(parts)


@answers("setMyCommands")
def set_my_commands(world: World, request: Json) -> Answer:
    """The command menu of a scope and language."""
    key = (_scope(world, request), rules.language(request.get("language_code")))
    commands = rules.commands(request["commands"])
    if commands:
        world.bot.commands[key] = commands
    else:
        world.bot.commands.pop(key, None)
    world.tell(Happening("commands"))
    return True


@answers("getMyCommands")
def get_my_commands(world: World, request: Json) -> Answer:
    """The command menu of exactly that scope and language."""
    return world.bot.commands.get((_scope(world, request), rules.language(request.get("language_code"))), [])


@answers("deleteMyCommands")
def delete_my_commands(world: World, request: Json) -> Answer:
    """No menu of its own for that scope and language."""
    world.bot.commands.pop((_scope(world, request), rules.language(request.get("language_code"))), None)
    world.tell(Happening("commands"))
    return True


def _saying(method: str, field: str, most: int, what: str) -> None:
    def texts(world: World) -> dict[str, str]:
        kept: dict[str, str] = getattr(world.bot, f"{field}s")
        return kept

    @answers(f"setMy{method}")
    def set_text(world: World, request: Json) -> Answer:
        code, text = rules.language(request.get("language_code")), rules.said(request.get(field), most, what)
        if text:
            texts(world)[code] = text
        else:
            texts(world).pop(code, None)
        if field == "name" and not code:
            world.bot.name = text or "Voices"
        world.tell(Happening("commands"))
        return True

    @answers(f"getMy{method}")
    def get_text(world: World, request: Json) -> Answer:
        code = rules.language(request.get("language_code"))
        return {
            field: texts(world).get(code)
            or texts(world).get("")
            or (world.bot.name if field == "name" else "")
        }


_saying("Name", "name", 64, "bot name")
_saying("Description", "description", 512, "bot description")
_saying("ShortDescription", "short_description", 120, "bot short description")


@answers("setChatMenuButton")
def set_chat_menu_button(world: World, request: Json) -> Answer:
    """What the button beside the text field opens; 0 stands for all private chats."""
    chat_id = chat_of(world, request["chat_id"]).id if request.get("chat_id") else 0
    button: Json = request.get("menu_button") or {"type": "default"}
    world.bot.menu_buttons[chat_id] = button
    world.tell(Happening("commands"))
    return True


@answers("getChatMenuButton")
def get_chat_menu_button(world: World, request: Json) -> Answer:
    """What that button opens."""
    return world.bot.menu_buttons.get(request.get("chat_id") or 0, {"type": "commands"})


@answers("setMyDefaultAdministratorRights")
def set_my_default_administrator_rights(world: World, request: Json) -> Answer:
    """The rights the bot asks for where it is added."""
    world.bot.rights[bool(request.get("for_channels"))] = request.get("rights") or {}
    return True


@answers("getMyDefaultAdministratorRights")
def get_my_default_administrator_rights(world: World, request: Json) -> Answer:
    """The rights the bot asks for."""
    words = (
        "is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
        "can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories "
        "can_delete_stories"
    )
    none = words.split()
    return dict.fromkeys(none, False) | world.bot.rights.get(bool(request.get("for_channels")), {})
