"""Steering over HTTP: the Python API again, for other processes and for the chat page. JSON in, JSON out.

`POST /sandbox/people/<id>/<deed>` does what the method of that name on `Person` does; bytes travel as base64 in
`data`, groups as chat ids in `to` and `where`, messages as ids in `message`, `on` and `reply_to` (with `chat` when
it is not the private one). A deed that cannot be done answers 409 with `{"error": …}`.
"""

import asyncio
import base64
import binascii
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.faults import Fault
from sandbox.journal import Call
from sandbox.people import Group, Person
from sandbox.refusal import Json
from sandbox.shapes import chat_shape, message_shape
from sandbox.stage import Stage
from sandbox.world import Happening, Message, Query

_DEED_WORDS = (
    "starts says taps sends_voice sends_photo sends_album sends_document sends_audio sends_video shares_location "
    "shares_contact edits deletes reacts blocks unblocks leaves_telegram speaks follows sees is_told"
)
DEEDS = frozenset(_DEED_WORDS.split())
"""What a person can be told to do."""
_BACKLOG = 2_000
"""Events an onlooker may be behind before its stream is closed; it then asks for everything again."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _media_type(data: bytes, mime: str) -> str:
    marks = {
        b"\x89PNG": "image/png",
        b"\xff\xd8": "image/jpeg",
        b"GIF8": "image/gif",
        b"OggS": "audio/ogg",
        b"RIFF": "audio/wav",
        b"\x1aE\xdf\xa3": "audio/webm",
    }
    known = next((each for mark, each in marks.items() if data.startswith(mark)), "")
    return known or (mime if mime.startswith(("audio/", "video/")) else "application/octet-stream")


class Steering:
    """The handlers, over one sandbox."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    # reading

    async def state(self, _: web.Request) -> web.Response:
        """Who and what is there; `pending` updates and `calls` so far."""
        stage, world = self._stage, self._stage.world
        return web.json_response(
            {
                "bot": world.bot.user,
                "now": world.now(),
                "pending": len(world.updates.pending),
                "dropped": world.updates.dropped,
                "in_flight": stage.gateway.in_flight,
                "early": stage.flood.early if stage.flood else 0,
                "calls": stage.gateway.journal.counts,
                "seq": stage.seq,
                "webhook": stage.gateway.webhook.url,
                "people": [self._person(person) for person in stage.people],
                "groups": [self._group(group) for group in stage.groups],
                "faults": [self._fault(script) for script in stage.gateway.faults.scripts],
            }
        )

    async def chat(self, request: web.Request) -> web.Response:
        """A chat with its messages."""
        return web.json_response(chat_shape(self._stage.world.chats[int(request.match_info["id"])]))

    async def transcript(self, request: web.Request) -> web.Response:
        """A chat as text."""
        chat_id = int(request.match_info["id"])
        groups = {group.id: group for group in self._stage.groups}
        place = groups.get(chat_id) or self._stage.person_of(chat_id)
        return web.Response(text=place.transcript())

    async def calls(self, request: web.Request) -> web.Response:
        """The API log: `?since=<seq>&method=<name>&limit=<n>` (the last n)."""
        since = int(request.query.get("since", "0"))
        calls = self._stage.calls(request.query.get("method"), since)
        limit = int(request.query.get("limit", "1000"))
        return web.json_response({"seq": self._stage.seq, "calls": [call.as_json for call in calls[-limit:]]})

    async def file(self, request: web.Request) -> web.Response:
        """The bytes of a file, for the page."""
        file = self._stage.world.files[request.match_info["id"]]
        headers = {
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=file.data, content_type=_media_type(file.data, file.mime), headers=headers)

    # people

    async def add_person(self, request: web.Request) -> web.Response:
        """`{"name", "language"?, "last_name"?, "username"?, "started"?}`."""
        given = await _body(request)
        name, language = str(given.pop("name")), str(given.pop("language", "en"))
        return web.json_response(self._person(self._stage.person(name, language, **given)))

    async def person(self, request: web.Request) -> web.Response:
        """One person."""
        return web.json_response(self._person(self._stage.person_of(int(request.match_info["id"]))))

    async def crowd(self, request: web.Request) -> web.Response:
        """`{"count", "language"?}`: ids of people who have started the bot before."""
        return web.json_response({"ids": self._stage.crowd(**await _body(request))})

    async def add_group(self, request: web.Request) -> web.Response:
        """`{"title", "members"?: [id], "bot"?, "forum"?, "basic"?}`."""
        given = await _body(request)
        members = [self._stage.person_of(each) for each in given.pop("members", [])]
        return web.json_response(self._group(self._stage.group(given.pop("title"), members, **given)))

    async def add_member(self, request: web.Request) -> web.Response:
        """`{"person", "standing"?}`: somebody joins a group or stands otherwise."""
        given = await _body(request)
        group = self._group_of(int(request.match_info["id"]))
        group.adds(self._stage.person_of(given["person"]), given.get("standing", "member"))
        return web.json_response(self._group(group))

    async def deed(self, request: web.Request) -> web.Response:
        """Let a person do something."""
        person = self._stage.person_of(int(request.match_info["id"]))
        name = request.match_info["deed"]
        if name not in DEEDS:
            raise KeyError(name)
        act = getattr(person, name)
        arguments = self._arguments(person, await _body(request))
        try:
            inspect.signature(act).bind(**arguments)
        except TypeError as error:
            raise ValueError(f"{name}: {error}") from None
        return web.json_response(_result(await act(**arguments)))

    async def tap(self, request: web.Request) -> web.Response:
        """`{"chat", "message", "row", "column"}`: tap exactly this inline button."""
        person = self._stage.person_of(int(request.match_info["id"]))
        given = await _body(request)
        message = self._stage.world.chats[given.get("chat", person.id)].messages[given["message"]]
        try:
            button = (message.markup or {})["inline_keyboard"][given["row"]][given["column"]]
        except LookupError:
            raise ValueError("the message has no such button") from None
        return web.json_response(_result(await person.presses(message, button)))

    # clock, faults, updates

    async def clock(self, request: web.Request) -> web.Response:
        """`{"advance": seconds}`; answers with the time."""
        given = await _body(request)
        self._stage.clock.advance(float(given.get("advance", 0)))
        return web.json_response({"now": self._stage.clock.now()})

    async def add_fault(self, request: web.Request) -> web.Response:
        """`{"way", "method"?, "contains"?, "skip"?, "times"?, "delivered"?, "code"?, "words"?, "retry_after"?,
        "seconds"?}`.
        """
        given = await _body(request)
        script = {key: given.pop(key) for key in ("method", "contains", "skip", "times") if key in given}
        if given.get("retry_after"):
            given = {"code": 429, "words": f"Too Many Requests: retry after {given['retry_after']}"} | given
        return web.json_response(
            self._fault(self._stage.fail(script.pop("method", None), how=Fault(**given), **script))
        )

    async def heal(self, _: web.Request) -> web.Response:
        """No more faults."""
        self._stage.heal()
        return web.json_response({})

    async def updates(self, request: web.Request) -> web.Response:
        """`{"repeat"?: n, "hold"?: true, "release"?: true, "shuffled"?: true}`."""
        given = await _body(request)
        self._stage.repeat(int(given.get("repeat", 0)))
        if given.get("hold"):
            self._stage.hold()
        released = self._stage.release(shuffled=bool(given.get("shuffled"))) if given.get("release") else 0
        return web.json_response({"released": released, "pending": len(self._stage.world.updates.pending)})

    async def quiet(self, request: web.Request) -> web.Response:
        """`{"within"?: seconds}`: answers when the bot has come to rest."""
        await self._stage.quiet(**await _body(request))
        return web.json_response({})

    async def lose_files(self, _: web.Request) -> web.Response:
        """Telegram can no longer give out files."""
        self._stage.lose_files()
        return web.json_response({})

    # events

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-Sent Events of everything that happens from now on."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        events: asyncio.Queue[Json] = asyncio.Queue(_BACKLOG)
        full = asyncio.Event()

        def put(event: Json) -> None:
            try:
                events.put_nowait(event)
            except asyncio.QueueFull:
                full.set()

        def on_call(call: Call) -> None:
            if call.method != "getUpdates" or not call.ok:
                put({"kind": "call", "call": call.as_json})

        def on_happening(happening: Happening) -> None:
            if happening.kind not in {"update", "poll"}:
                put(_event(happening))

        unwatch = self._stage.world.watch(on_happening)
        listeners = self._stage.gateway.journal.listeners
        listeners.append(on_call)
        try:
            await response.write(b": welcome\n\n")
            while not full.is_set():
                batch = [await events.get()]
                while not events.empty():
                    batch.append(events.get_nowait())
                await response.write(
                    b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in batch)
                )
        except ConnectionError:
            pass
        finally:
            unwatch()
            listeners.remove(on_call)
        return response

    # shapes

    def _person(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "language": person.account.language,
            "phone": person.account.phone,
            "deactivated": person.account.deactivated,
            "commands": person.commands,
            "location": person.location,
        }

    def _group(self, group: Group) -> Json:
        chat = self._stage.world.chats[group.id]
        return {
            "id": group.id,
            "title": group.title,
            "members": chat.members,
            "topics": group.topics,
            "bot": chat.bot,
        }

    @staticmethod
    def _fault(script: Any) -> Json:
        return {
            "method": script.method,
            "contains": script.contains,
            "skip": script.skip,
            "times": script.times,
            "used": script.used,
            "way": script.how.way,
            "delivered": script.how.delivered,
            "code": script.how.code,
        }

    def _group_of(self, chat_id: int) -> Group:
        return next(group for group in self._stage.groups if group.id == chat_id)

    def _arguments(self, person: Person, given: Json) -> Json:
        chat = self._stage.world.chats[given.pop("chat", None) or given.get("to") or person.id]
        result: Json = {}
        for name, value in given.items():
            match name:
                case "data":
                    result[name] = base64.b64decode(value, validate=True)
                case "photos":
                    result[name] = [base64.b64decode(each, validate=True) for each in value]
                case "to" | "where":
                    result[name] = self._group_of(value) if value and value != person.id else None
                case "message" | "on" | "reply_to":
                    result[name] = chat.messages[value] if value else None
                case _:
                    result[name] = value
        return result


def _event(happening: Happening) -> Json:
    event: Json = {"kind": happening.kind, **happening.facts}
    if happening.chat:
        event["chat"] = happening.chat.id
    if happening.message and happening.kind in {"message", "edited", "deleted"}:
        event["message"] = message_shape(happening.message)
    return event


def _result(result: object) -> Json:
    match result:
        case Message():
            return {"message": message_shape(result)}
        case Query():
            return {"query": result.id}
        case list():
            return {"messages": [message_shape(each) for each in result]}
        case str():
            return {"text": result}
    return {}


async def _body(request: web.Request) -> Json:
    text = await request.text()
    given = json.loads(text) if text else {}
    if not isinstance(given, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004 - it becomes an answer, not a crash
    return given


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of steering as JSON; requests from other web pages are refused."""
    if not request.path.startswith("/sandbox/"):
        return await handler(request)
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        return web.json_response({"error": "steering from another site is refused"}, status=403)
    try:
        return await handler(request)
    except (KeyError, StopIteration) as error:
        return web.json_response({"error": f"not found: {error}"}, status=404)
    except (ValueError, AssertionError, TypeError, binascii.Error) as error:
        return web.json_response({"error": str(error)}, status=409)


def routes(app: web.Application, stage: Stage) -> None:
    """Everything below `/sandbox/`."""
    steering = Steering(stage)
    app.middlewares.append(_errors)
    router = app.router
    router.add_get("/sandbox/state", steering.state)
    router.add_get("/sandbox/chats/{id}", steering.chat)
    router.add_get("/sandbox/chats/{id}/transcript", steering.transcript)
    router.add_get("/sandbox/calls", steering.calls)
    router.add_get("/sandbox/files/{id}", steering.file)
    router.add_get("/sandbox/events", steering.events)
    router.add_post("/sandbox/people", steering.add_person)
    router.add_get("/sandbox/people/{id}", steering.person)
    router.add_post("/sandbox/people/{id}/tap", steering.tap)
    router.add_post("/sandbox/people/{id}/{deed}", steering.deed)
    router.add_post("/sandbox/crowd", steering.crowd)
    router.add_post("/sandbox/groups", steering.add_group)
    router.add_post("/sandbox/groups/{id}/members", steering.add_member)
    router.add_post("/sandbox/clock", steering.clock)
    router.add_post("/sandbox/faults", steering.add_fault)
    router.add_delete("/sandbox/faults", steering.heal)
    router.add_post("/sandbox/updates", steering.updates)
    router.add_post("/sandbox/quiet", steering.quiet)
    router.add_post("/sandbox/lose_files", steering.lose_files)
