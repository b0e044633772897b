"""A sandbox in another process, steered over HTTP: for kill and load tests."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox.refusal import Json


class Remote:
    """The other process. `does` is any deed of `Person`; `get` and `post` reach everything below /sandbox/."""

    def __init__(self, url: str, token: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.token = token
        self._session = session

    async def get(self, path: str, **query: Any) -> Json:
        """GET /sandbox/<path>; raises AssertionError with what the sandbox says is wrong."""
        async with self._session.get(f"{self.url}/sandbox/{path}", params=query) as response:
            return await _told(response)

    async def post(self, path: str, **body: Any) -> Json:
        """POST /sandbox/<path> with a JSON object; raises AssertionError with what is wrong."""
        async with self._session.post(f"{self.url}/sandbox/{path}", json=body) as response:
            return await _told(response)

    async def person(self, name: str, language: str = "en", *, started: bool = False) -> int:
        """The id of a new person."""
        person = await self.post("people", name=name, language=language, started=started)
        return int(person["id"])

    async def crowd(self, count: int) -> list[int]:
        """The ids of many people who have started the bot before."""
        ids: list[int] = (await self.post("crowd", count=count))["ids"]
        return ids

    async def does(self, person_id: int, deed: str, **arguments: Any) -> Json:
        """Let somebody do something: `await remote.does(amina, "says", text="…")`."""
        plain = {n: base64.b64encode(v).decode() if isinstance(v, bytes) else v for n, v in arguments.items()}
        return await self.post(f"people/{person_id}/{deed}", **plain)

    async def transcript(self, chat_id: int) -> str:
        """A chat as text."""
        async with self._session.get(f"{self.url}/sandbox/chats/{chat_id}/transcript") as response:
            return await response.text()

    async def calls(self, since: int = 0, method: str | None = None) -> list[Json]:
        """API calls above a number, as the log has them."""
        query = {"since": since, "limit": 1_000_000} | ({"method": method} if method else {})
        calls: list[Json] = (await self.get("calls", **query))["calls"]
        return calls


async def _told(response: aiohttp.ClientResponse) -> Json:
    answer: Json = await response.json()
    if response.status != 200:
        raise AssertionError(answer["error"])
    return answer


@asynccontextmanager
async def apart(*options: str) -> AsyncIterator[Remote]:
    """A sandbox in a process of its own, with options of `python -m sandbox`; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", *options, stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("no output to read")
        words: dict[str, str] = {}
        while "token" not in words:
            line = (await process.stdout.readline()).decode()
            if not line:
                raise RuntimeError("the sandbox did not start")
            name, _, value = line.strip().rpartition(" ")
            words[name.strip()] = value
        async with aiohttp.ClientSession() as session:
            yield Remote(words["Sandbox at"], words["token"], session)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
