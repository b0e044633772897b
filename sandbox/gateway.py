"""One API call from beginning to end: read it, count it, do it, note it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sandbox import parameters
from sandbox.faults import Fault, Faults
from sandbox.flood import Flood
from sandbox.journal import Journal
from sandbox.methods import perform
from sandbox.methods.finding import chat_of
from sandbox.methods.sending import SENDING, count_of
from sandbox.polling import Polling
from sandbox.refusal import Json, Refusal, too_many
from sandbox.webhook import Webhook
from sandbox.world import World


@dataclass(slots=True)
class Gateway:
    """The Bot API without HTTP around it."""

    world: World
    journal: Journal
    flood: Flood | None
    strict: bool
    polling: Polling
    faults: Faults = field(default_factory=Faults)
    webhook: Webhook = field(init=False)
    in_flight: int = 0
    """Calls under way, long polls not counted."""
    last_activity: float = field(default_factory=time.monotonic)
    """When the last call began or ended, in seconds of `time.monotonic`."""

    def __post_init__(self) -> None:
        self.webhook = Webhook(self.world, self.call)

    async def call(self, name: str, raw: Json) -> tuple[int, Json, Fault | None]:
        """HTTP code, JSON body, and the fault that shall spoil them."""
        try:
            method = parameters.method(name, strict=self.strict)
        except Refusal as refusal:
            self.journal.add(self.world.now(), name, dict(raw), refusal.code, refusal.answer)
            return refusal.code, refusal.answer, None
        if method.name == "getUpdates":
            return await self._call(method, raw)
        with self.busy():
            return await self._call(method, raw)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count something as under way."""
        self.in_flight += 1
        self.last_activity = time.monotonic()
        try:
            yield
        finally:
            self.in_flight -= 1
            self.last_activity = time.monotonic()

    async def _call(self, method: parameters.Method, raw: Json) -> tuple[int, Json, Fault | None]:
        fault = self.faults.next(method.name, raw)
        request = raw
        if fault and not fault.delivered:
            code, body = (fault.code if fault.way in {"error", "html"} else 0), fault.answer
        else:
            try:
                request = method.read(raw)
                code, body = 200, {"ok": True, "result": await self._perform(method.name, request)}
            except Refusal as refusal:
                code, body = refusal.code, refusal.answer
        self.journal.add(self.world.now(), method.name, request, code, body, fault.way if fault else "")
        return code, body, fault

    async def _perform(self, name: str, request: Json) -> object:
        match name:
            case "getUpdates":
                return await self.polling.get_updates(request, webhook=bool(self.webhook.url))
            case "setWebhook":
                self.polling.abort("terminated by setWebhook request")
                return self.webhook.set(request)
            case "deleteWebhook":
                return self.webhook.set(
                    {"url": "", "drop_pending_updates": request.get("drop_pending_updates")}
                )
            case "getWebhookInfo":
                return self.webhook.info
        if self.flood and name in SENDING:
            chat = chat_of(self.world, request["chat_id"])
            if seconds := self.flood.admit(chat.id, self.world.now(), count_of(name, request)):
                raise too_many(seconds)
        return perform(self.world, name, request)
