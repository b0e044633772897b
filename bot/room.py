"""Room: a group in which a partner's moderators sit together, and what stands there. Facts, without a word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One message of ours in a room, kept up to date: how many wait in a language; in all of them where that is "".

    `thread`: the topic it stands in; `message`: its number there, None until it was said; `said`: a hash of what was
    last to be said; `asked_at`: since when that waits to be said.
    """

    language: str
    thread: int | None = None
    message: int | None = None
    said: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A group of one partner's. `address`: its chat's row. `language`: that of whoever made it a room; `topics`:
    whether it has forum topics that we may make.
    """

    address: str
    partner: str
    language: str
    topics: bool
    posts: Sequence[Post] = field(default=())
