"""What each Bot API method does to the world. One module per family; importing them fills the table."""

from collections.abc import Callable

from sandbox.refusal import Json, Refusal
from sandbox.world import World

Answer = Json | list[Json] | bool | str | int
Deed = Callable[[World, Json], Answer]

TABLE: dict[str, Deed] = {}
"""By method name as the Bot API spells it."""


def answers(*names: str) -> Callable[[Deed], Deed]:
    """Register the function that answers these methods."""

    def register(deed: Deed) -> Deed:
        for name in names:
            TABLE[name] = deed
        return deed

    return register


def perform(world: World, name: str, request: Json) -> Answer:
    """Do what the method says; raises Refusal, 501 for methods the sandbox knows but does not play."""
    deed = TABLE.get(name)
    if deed is None:
        raise Refusal(501, f"Not Implemented: the sandbox does not play {name}; see docs/sandbox.md")
    return deed(world, request)


from sandbox.methods import callbacks, chats, deleting, editing, profile, sending, topics  # noqa: E402 - they fill TABLE

__all__ = [
    "TABLE",
    "Answer",
    "answers",
    "callbacks",
    "chats",
    "deleting",
    "editing",
    "perform",
    "profile",
    "sending",
    "topics",
]
