"""Signed buttons: callback data is a signature for one person, then the action; nothing else is believed (S23)."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from bot.buttons import LONGEST

SIGNATURE = 16
"""Characters of the signature: 96 bits in base64. With an action of 48 bytes: 64 (Bot API callback_data)."""


class Signer:
    """Signs the actions of buttons and reads them back. `key`: at least 32 random bytes, used for nothing else."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the key for buttons needs at least 32 bytes")
        self._key = key

    def sign(self, person: int, action: str) -> str:
        """The callback data of a button only this person (Telegram id) can use.

        ValueError for an action that is empty, longer than `bot.buttons.LONGEST` bytes, or not ASCII.
        """
        if not action or len(action) > LONGEST or not action.isascii():
            raise ValueError(f"an action is 1 to {LONGEST} ASCII characters: {action!r}")
        return self._signature(person, action) + action

    def check(self, person: int, data: str) -> str | None:
        """The action of a tap, or None where this data was never signed for this person. Constant time."""
        signature, action = data[:SIGNATURE], data[SIGNATURE:]
        if not action or len(action) > LONGEST or not data.isascii():
            return None
        return action if hmac.compare_digest(signature, self._signature(person, action)) else None

    def _signature(self, person: int, action: str) -> str:
        digest = hmac.digest(self._key, f"{person}:{action}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:12]).decode()
