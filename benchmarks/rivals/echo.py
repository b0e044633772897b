"""Ceilings: a bot that only asks the next question. `echo.py none`: nothing is kept; `each`: one durable commit for
each update; `group`: one for each batch of getUpdates. No library but aiohttp and
uvloop, no form, no check of any answer.
"""

import asyncio
import json
import sqlite3
import sys
from typing import Any

import aiohttp
import uvloop

from benchmarks.rivals.dialog import API, FOLDER, QUESTIONS, THANKS, TOKEN

SCREENS = [
    (text, [[{"text": label, "callback_data": label}] for label in labels])
    for text, labels in QUESTIONS.values()
]


class Kept:
    """How far each chat is; on disk where `commit` says so (synchronous=FULL, WAL)."""

    def __init__(self, commit: str) -> None:
        self._commit = commit
        self._rows = sqlite3.connect(
            FOLDER / "echo.db" if commit != "none" else ":memory:", isolation_level=None
        )
        self._rows.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS place (chat INTEGER PRIMARY KEY, place INTEGER, word TEXT);"
        )
        self._places: dict[int, int] = dict(self._rows.execute("SELECT chat, place FROM place"))

    def moved(self, updates: list[tuple[int, str]]) -> list[int]:
        """Keep these (chat, word) pairs; at which screen each chat now is."""
        group = self._commit == "group"
        if group:
            self._rows.execute("BEGIN IMMEDIATE")
        places = []
        for chat, word in updates:
            place = 0 if word.startswith("/start") else self._places.get(chat, -1) + 1
            self._places[chat] = place
            places.append(place)
            if self._commit != "none":
                self._rows.execute("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", (chat, place, word))
        if group:
            self._rows.execute("COMMIT")
        return places


async def main(commit: str) -> None:
    """Poll, keep, answer."""
    kept = Kept(commit)
    url = f"{API}/bot{TOKEN}"
    under_way: set[asyncio.Task[None]] = set()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def call(method: str, **parameters: Any) -> Any:
            async with session.post(f"{url}/{method}", data=parameters) as response:
                return json.loads(await response.read())["result"]

        async def reply(chat: int, place: int, tap: str) -> None:
            if tap:
                await call("answerCallbackQuery", callback_query_id=tap)
            if place < len(SCREENS):
                text, rows = SCREENS[place]
                more = {"reply_markup": json.dumps({"inline_keyboard": rows})} if rows else {}
                await call("sendMessage", chat_id=chat, text=text, **more)
            else:
                await call("sendMessage", chat_id=chat, text=THANKS.format(number=chat))

        offset = 0
        while True:
            updates = await call("getUpdates", offset=offset, timeout=50, limit=100)
            heard = [_heard(update) for update in updates]
            places = kept.moved([(chat, word) for chat, word, _ in heard])
            for (chat, _, tap), place in zip(heard, places, strict=True):
                task = asyncio.create_task(reply(chat, place, tap))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            offset = updates[-1]["update_id"] + 1 if updates else offset


def _heard(update: dict[str, Any]) -> tuple[int, str, str]:
    """Who said what; the tap's id where it was one."""
    if tap := update.get("callback_query"):
        return tap["from"]["id"], tap["data"], tap["id"]
    return update["message"]["chat"]["id"], update["message"]["text"], ""


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
