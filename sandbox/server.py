"""The Bot API over HTTP, and the faults that need a connection to be seen."""

import asyncio
import json
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from sandbox.faults import Fault
from sandbox.gateway import Gateway
from sandbox.methods.chats import download
from sandbox.parameters import Upload
from sandbox.refusal import NOT_FOUND, UNAUTHORIZED, Json, Refusal, bad

_LARGEST_REQUEST = 64 * 1024 * 1024


async def parameters_of(request: web.Request) -> Json:
    """All parameters of a request: from the query, a form, JSON or multipart; raises 400 for broken JSON."""
    raw: Json = dict(request.query) if request.query_string else {}
    if not request.can_read_body:
        return raw
    match request.content_type:
        case "application/json":
            body = await request.read()
            try:
                given: Any = json.loads(body) if body.strip() else {}
            except ValueError:
                raise bad("can't parse JSON encoded request body") from None
            if not isinstance(given, dict):
                raise bad("object expected as request body")
            raw |= given
        case "application/x-www-form-urlencoded":
            raw |= dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        case "multipart/form-data":
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    raw[name] = Upload(unquote(value.filename), value.content_type, value.file.read())
                else:
                    raw[name] = value if isinstance(value, str) else bytes(value).decode()
    return raw


def _json(code: int, body: Json) -> web.Response:
    headers = {}
    if after := body.get("parameters", {}).get("retry_after"):
        headers["Retry-After"] = str(after)
    return web.Response(
        body=json.dumps(body).encode(), status=code, content_type="application/json", headers=headers
    )


class Api:
    """Handlers of `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, gateway: Gateway, token: str) -> None:
        self._gateway = gateway
        self._token = token

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Any method, by GET or POST."""
        refused = self._refused(request)
        if refused:
            return refused
        try:
            raw = await parameters_of(request)
        except Refusal as refusal:
            return _json(refusal.code, refusal.answer)
        code, body, fault = await self._gateway.call(request.match_info["method"], raw)
        if not fault:
            return _json(code, body)
        with self._gateway.busy():
            return await self._spoiled(request, code, body, fault)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file a person or the bot has sent."""
        refused = self._refused(request)
        if refused:
            return refused
        fault = self._gateway.faults.next("file", {"path": request.match_info["path"]})
        if fault:
            return await self._spoiled(request, fault.code, fault.answer, fault)
        file = download(self._gateway.world, request.match_info["path"])
        if file is None:
            return _json(404, {"ok": False, "error_code": 404, "description": "Not Found: file not found"})
        return web.Response(body=file.data, content_type="application/octet-stream")

    def _refused(self, request: web.Request) -> web.Response | None:
        token = request.match_info["token"]
        if token == self._token:
            return None
        code, words = UNAUTHORIZED if token.partition(":")[0].isdecimal() and ":" in token else NOT_FOUND
        return _json(code, {"ok": False, "error_code": code, "description": words})

    async def _spoiled(self, request: web.Request, code: int, body: Json, fault: Fault) -> web.StreamResponse:
        clock = self._gateway.world.clock
        match fault.way:
            case "slow":
                await clock.sleep(fault.seconds or 0)
                return _json(code, body)
            case "error":
                return _json(fault.code, fault.answer)
            case "html":
                page = f"<html><head><title>{fault.code} {fault.words}</title></head><body></body></html>"
                return web.Response(text=page, status=fault.code, content_type="text/html")
            case "hang":
                await (asyncio.Event().wait() if fault.seconds is None else clock.sleep(fault.seconds))
            case "cut":
                return await self._cut(request, code or 200, body)
            case "close":
                pass
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError

    async def _cut(self, request: web.Request, code: int, body: Json) -> web.StreamResponse:
        whole = json.dumps(body).encode()
        response = web.StreamResponse(status=code, headers={"Content-Type": "application/json"})
        response.content_length = len(whole)
        await response.prepare(request)
        await response.write(whole[: len(whole) // 2])
        if request.transport:
            request.transport.close()
        return response


def application(gateway: Gateway, token: str) -> web.Application:
    """The Bot API at the gate of a world, for the bot with this token."""
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    api = Api(gateway, token)

    async def date(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(gateway.world.clock.now(), usegmt=True)

    app.on_response_prepare.append(date)
    app.router.add_route("*", "/bot{token}/{method}", api.call)
    app.router.add_get("/file/bot{token}/{path:.+}", api.file)
    return app
