"""Updates pushed to the bot: in order per lane, repeated until they are taken or too old."""

import asyncio
import ipaddress
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sandbox import rules
from sandbox.refusal import Json, bad
from sandbox.updates import Update
from sandbox.world import Happening, World

PATIENCE = 60.0
"""Seconds Telegram waits for the bot's answer to a webhook call."""
LONGEST_RETRY_AFTER = 3600
GONE_FOR = 23 * 3600.0
"""After so many seconds of nothing but 410 Gone the webhook is closed."""

Perform = Callable[[str, Json], Awaitable[object]]


def near(host: str) -> bool:
    """Whether a host is this machine or on its private network; the sandbox calls no other."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or (bool(host) and "." not in host)
    return address.is_private or address.is_loopback


class Webhook:
    """The bot's webhook, when it has one."""

    def __init__(self, world: World, perform: Perform) -> None:
        self._world = world
        self._perform = perform
        self._session: aiohttp.ClientSession | None = None
        self._lanes: dict[tuple[str, int], deque[Update]] = {}
        self._taken: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(40)
        self._gone_since: float | None = None
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.last_error: tuple[float, str] | None = None
        self.sending = 0
        """Calls to the bot under way."""
        world.watch(self._on)

    @property
    def info(self) -> Json:
        """The Bot API's `WebhookInfo`."""
        updates = self._world.updates
        updates.expire(self._world.now())
        result: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(updates.pending),
        }
        if self.url:
            result |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            result |= {"last_error_date": int(self.last_error[0]), "last_error_message": self.last_error[1]}
        if updates.allowed is not None:
            result["allowed_updates"] = sorted(updates.allowed)
        return result

    def set(self, request: Json) -> bool:
        """setWebhook; an empty url takes it away. Raises 400 for addresses and secrets Telegram refuses."""
        url = request["url"].strip()
        if url:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise bad("invalid webhook URL specified")
            if not near(parts.hostname):
                raise bad("bad webhook: the sandbox calls hosts of this machine and its private network only")
        secret = rules.secret(request.get("secret_token"))
        self.stop()
        if request.get("drop_pending_updates"):
            self._world.updates.clear()
        self._world.updates.allow(request.get("allowed_updates"))
        self.url, self.secret, self.last_error, self._gone_since = url, secret, None, None
        self.max_connections = min(max(request.get("max_connections") or 40, 1), 100)
        self._free = asyncio.Semaphore(self.max_connections)
        self._pump()
        return True

    def stop(self) -> None:
        """Call the bot no more; what it has not taken stays pending."""
        self.url = ""
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()
        self._taken.clear()

    async def close(self) -> None:
        """Stop and close all connections."""
        tasks = tuple(self._tasks)
        self.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def _on(self, happening: Happening) -> None:
        if happening.kind == "update":
            self._pump()

    def _pump(self) -> None:
        if not self.url:
            return
        pending = reversed(self._world.updates.pending.values())
        fresh = list(itertools.takewhile(lambda update: update.id not in self._taken, pending))
        for update in reversed(fresh):
            self._taken.add(update.id)
            self._put(update)

    def _put(self, update: Update) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        task = asyncio.get_running_loop().create_task(self._drive(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, key: tuple[str, int]) -> None:
        lane = self._lanes[key]
        while lane:
            update = lane.popleft()
            await self._bring(update)
            self._taken.discard(update.id)
        if self._lanes.get(key) is lane:
            del self._lanes[key]

    async def _bring(self, update: Update) -> None:
        updates, clock = self._world.updates, self._world.clock
        delay, fails = 1.0, 0
        while update.id in updates.pending:
            async with self._free:
                self.sending += 1
                try:
                    error, retry_after = await self._call(update)
                finally:
                    self.sending -= 1
            if not error:
                updates.confirm(update.id)
                while update in updates.again:
                    updates.again.remove(update)
                    await self._call(update)
                return
            self.last_error = (clock.now(), error)
            wait = float(min(max(retry_after, 0), LONGEST_RETRY_AFTER))
            if not wait and fails:
                delay = wait = min(delay * 2, self._world.chance.uniform(60, 120))
            fails += 1
            if clock.now() + wait > update.until:
                updates.confirm(update.id)
                updates.dropped += 1
                return
            await clock.sleep(wait)

    async def _call(self, update: Update) -> tuple[str, int]:
        """("", 0) when the bot took the update, else what went wrong and its Retry-After in seconds."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        call = asyncio.ensure_future(self._post(self._session, update))
        patience = asyncio.ensure_future(self._world.clock.sleep(PATIENCE))
        try:
            await asyncio.wait({call, patience}, return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                return "Read timeout expired", 0
            return call.result()
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0
        except (aiohttp.ClientError, OSError) as error:
            return f"Wrong response from the webhook: {type(error).__name__}", 0
        finally:
            call.cancel()
            patience.cancel()

    async def _post(self, session: aiohttp.ClientSession, update: Update) -> tuple[str, int]:
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        async with session.post(
            self.url, data=json.dumps(update.as_json).encode(), headers=headers, allow_redirects=False
        ) as response:
            body = await response.read()
        if not 200 <= response.status <= 299:
            self._note_gone(response.status)
            after = response.headers.get("Retry-After", "0")
            reason = f"Wrong response from the webhook: {response.status} {response.reason}"
            return reason, int(after) if after.isdecimal() else 0
        self._gone_since = None
        await self._obey(response, body)
        return "", 0

    def _note_gone(self, code: int) -> None:
        now = self._world.now()
        if code != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > GONE_FOR:
            asyncio.get_running_loop().call_soon(self.stop)

    async def _obey(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        """A method in the answer is performed, unless it reads or changes the webhook itself; nobody hears how."""
        if response.content_type != "application/json" or not body:
            return
        try:
            request: Any = json.loads(body)
        except ValueError:
            return
        if not isinstance(request, dict):
            return
        name = str(request.pop("method", "")).lower()
        if (
            name
            and name not in {"setwebhook", "deletewebhook", "close", "logout"}
            and not name.startswith("get")
        ):
            await self._perform(name, request)
