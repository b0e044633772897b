"""What tests of the webhook share: a secret, a free port, updates as Telegram writes them."""

import json
import socket
from typing import Any

WORD = "0123456789abcdef0123456789ABCDEF"
"""The secret Telegram was told."""


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def said(
    update: int, text: str, *, person: int = 7_123_456_789, date: float = 1_700_000_000, **more: Any
) -> bytes:
    """An update: somebody said something."""
    message = {
        "message_id": update,
        "date": int(date),
        "chat": {"id": person, "type": "private"},
        "from": {"id": person, "is_bot": False, "first_name": "Amina"},
        "text": text,
    }
    return json.dumps({"update_id": update, "message": message | more}).encode()
