"""A line of a recording done again: what somebody did, or what befell."""

import base64
import inspect
from typing import Any

from sandbox.faults import Fault
from sandbox.refusal import Json
from sandbox.stage import Stage


async def perform(stage: Stage, line: Json) -> None:
    """Do what a line says was done; raises ValueError or AssertionError when it cannot be done now."""
    actor: Any = _actor(stage, line["who"]) if "who" in line else stage
    given = {name: _meant(stage, value) for name, value in line.get("with", {}).items()}
    match line["does"]:
        case "advance":
            stage.clock.advance(given["seconds"])
        case "group":
            members = {
                stage.person_of(int(each)): standing for each, standing in given.pop("members").items()
            }
            stage.group(members=members, **given)
        case "goes":
            actor.location = tuple(given["to"])
        case does:
            done = getattr(actor, does)(**given)
            if inspect.isawaitable(done):
                await done


def _actor(stage: Stage, chat_id: int) -> Any:
    if chat_id > 0:
        return stage.person_of(chat_id)
    return next(group for group in stage.groups if group.id == chat_id)


def _meant(stage: Stage, value: Any) -> Any:
    match value:
        case {"$bytes": data}:
            return base64.b64decode(data)
        case {"$chat": chat_id}:
            return _actor(stage, chat_id)
        case {"$message": [chat_id, message_id]}:
            message = stage.world.chats[chat_id].messages.get(message_id)
            if message is None:
                raise ValueError(f"there is no message {message_id} in chat {chat_id}")
            return message
        case {"$fault": facts}:
            return Fault(**facts)
        case list():
            return [_meant(stage, each) for each in value]
    return value
