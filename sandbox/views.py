"""Messages and updates as the Bot API writes them."""

from sandbox.refusal import Json
from sandbox.world import Account, BotAccount, Chat, File, Message, Standing, World


def message_json(message: Message, *, depth: int = 1) -> Json:
    """The Bot API's `Message`; a replied-to message goes `depth` levels deep."""
    result: Json = {
        "message_id": message.id,
        "from": message.sender.user,
        "chat": message.chat.as_json,
        "date": int(message.date),
    }
    if message.thread_id is not None and message.thread_id != 1:
        result |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if message.reply_to is not None and depth:
        result["reply_to_message"] = message_json(message.reply_to, depth=depth - 1)
    if message.edit_date is not None:
        result["edit_date"] = int(message.edit_date)
    if message.protected:
        result["has_protected_content"] = True
    result |= message.content
    if message.markup:
        result["reply_markup"] = message.markup
    return result


def media_json(kind: str, files: tuple[File, ...]) -> Json:
    """The field of a message that carries these files: photos come in several sizes."""
    if kind == "photo":
        return {"photo": [file.as_json for file in files]}
    if kind == "animation":
        return {"animation": files[-1].as_json, "document": files[-1].as_json}
    return {kind: files[-1].as_json}


def member_json(person: Account | BotAccount, standing: Standing) -> Json:
    """The Bot API's `ChatMember` of that standing."""
    result: Json = {"status": standing, "user": person.user}
    match standing:
        case "creator":
            result["is_anonymous"] = False
        case "administrator":
            result |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(_RIGHTS, True)
        case "restricted":
            result |= {"is_member": True, "until_date": 0} | dict.fromkeys(_PERMISSIONS, True)
        case "kicked":
            result["until_date"] = 0
    return result


_RIGHTS_WORDS = (
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories "
    "can_pin_messages can_manage_topics"
)
_RIGHTS = _RIGHTS_WORDS.split()
_PERMISSIONS_WORDS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_react_to_messages can_change_info can_invite_users can_pin_messages "
    "can_manage_topics can_edit_tag"
)
_PERMISSIONS = _PERMISSIONS_WORDS.split()


def full_chat_json(world: World, chat: Chat) -> Json:
    """The Bot API's `ChatFullInfo`."""
    result = chat.as_json | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    live = [
        message
        for pin in reversed(chat.pinned)
        if (message := chat.messages.get(pin)) and not message.deleted
    ]
    if live:
        result["pinned_message"] = message_json(live[0])
    if chat.person is None:
        result["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    return result


def member_update(world: World, chat: Chat, actor: Account, old: Standing, new: Standing) -> Json:
    """A `ChatMemberUpdated` about the bot itself."""
    return {
        "chat": chat.as_json,
        "from": actor.user,
        "date": int(world.now()),
        "old_chat_member": member_json(world.bot, old),
        "new_chat_member": member_json(world.bot, new),
    }
