"""Linking: the addresses that open the bot, with what they carry (Bot API: at most 64 of A-Z a-z 0-9 _ -)."""

NAME = "name"
"""The mark that says under which username the bot last ran."""

PAGES = "pages"
"""The mark that says at which address the public pages are; "" where they have none that is told."""

NEXT = "next"
"""What the button in a room carries: the next voice, in the private chat."""

ROOM = "room"
"""What the link that makes a group a room carries, and the command that does so."""

CAMPAIGN = "c-"
"""What the payload of a campaign's link begins with; its code follows. Others: f- a form, p- a partner, a- an
association, j- an invitation.
"""


def opening(bot: str, payload: str) -> str:
    """Opens the private chat with the bot; `bot` is its username."""
    return f"https://t.me/{bot}?start={payload}"


def read_at(pages: str, language: str, publication: str) -> str:
    """Where a published voice is read, on pages at this address."""
    return f"{pages}/{language}/voices/{publication}"


def inviting(bot: str, partner: str) -> str:
    """Adds the bot to a group one chooses, and makes that the room of this partner's moderators."""
    return f"https://t.me/{bot}?startgroup={ROOM}-{partner}"
