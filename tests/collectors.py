"""Strict stand-ins for ODK Central and KoboToolbox: what they answer to OpenRosa, status by status.

Central as it was measured, KoboToolbox as its source says. Neither takes anything that the real one would not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree

from aiohttp import encode_basic_auth, web

from bot.forward import Access
from bot.people import Consent
from bot.ports import Medium, Unit
from bot.redaction import Redaction, digest
from bot.testimony import State
from bot.testimony import Testimony as Voice
from tests.stores import NOW, reader, someone, voice

CENTRAL, KOBO = "central", "kobo"
KOBO_ID = "aBcDeFgHiJkLmNoPqRsTuV"
TOKEN = "canary-of-a-token-in-the-address"
PASSWORD = "canary-of-a-forwarding-password"  # pragma: allowlist secret
TAKES = "X-OpenRosa-Accept-Content-Length"
LISTED = """<?xml version="1.0" encoding="UTF-8"?>
<xforms xmlns="http://openrosa.org/xforms/xformsList">{}</xforms>"""
MESSAGE = (
    '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>{}</message></OpenRosaResponse>'
)
CLOSED = "This form is not currently accepting submissions. Please talk to your program staff if this is unexpected."
XFORM = "<xform><formID>{}</formID><name>x</name><version>{}</version><hash>md5:0</hash></xform>"


@dataclass
class Kept:
    """A submission as it is kept: its bytes, its files, how often it came."""

    xml: bytes
    files: dict[str, bytes]
    came: int = 1


@dataclass
class Server:
    """One server. `forms`: the versions of each form that is published there. `next`: what it answers to the next
    submissions instead, in order: a status, or "lost": it keeps it, and the connection breaks.
    """

    kind: str
    forms: dict[str, set[str]] = field(default_factory=dict)
    largest: int | None = None
    next: list[int | str] = field(default_factory=list)
    greets: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    answered: list[int] = field(default_factory=list)
    heads: int = 0
    closed: bool = False
    """Central: the form takes no more; it is listed no more either, and the door says nothing of it."""
    assigned: bool = True
    """Central: whether the app user was let to the form."""
    revoked: bool = False
    """Central: whether the app user's key is taken away."""
    deleted: set[str] = field(default_factory=set)
    """Central: instanceIDs of what was deleted there, which it remembers for a month."""
    origin: str = ""
    turn: asyncio.Event | None = None
    """Where it is there, a submission waits for it before it is looked at."""
    watch: Callable[[str], None] = field(default=lambda _: None)
    """Is told of each submission that it was "heard", and then that it was "kept", before it is answered."""

    @property
    def access(self) -> Access:
        """How it is reached."""
        if self.kind == CENTRAL:
            return Access(f"{self.origin}/v1/key/{TOKEN}/projects/1")
        return Access(f"{self.origin}/amina", "amina", PASSWORD)

    @property
    def known_as(self) -> str:
        """What it calls the form: KoboToolbox gives an id of its own."""
        return "" if self.kind == CENTRAL else KOBO_ID

    @property
    def takes(self) -> int:
        """Bytes it takes at once: Central itself takes more than it says, the proxy before it does not."""
        return self.largest or (100_000_000 if self.kind == CENTRAL else 10_000_000)

    @property
    def came_again(self) -> int:
        """How often what is there came once more."""
        return sum(each.came - 1 for each in self.kept.values())

    @property
    def doubled(self) -> int:
        """Submissions that are there under another instanceID too."""
        return len(self.kept) - len({_without_id(each.xml) for each in self.kept.values()})

    def application(self) -> web.Application:
        """What is served."""
        made = web.Application(client_max_size=2**30)
        base = f"/v1/key/{TOKEN}/projects/1" if self.kind == CENTRAL else "/amina"
        made.add_routes(
            [
                web.get(f"{base}/formList", self._list),
                web.head(f"{base}/submission", self._head),
                web.post(f"{base}/submission", self._submit),
            ]
        )
        return made

    async def _list(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        if self.closed or not self.assigned:
            return web.Response(text=LISTED.format(""), content_type="text/xml")
        told = [XFORM.format(form, each) for form, versions in self.forms.items() for each in versions]
        return web.Response(text=LISTED.format("".join(told)), content_type="text/xml")

    async def _head(self, request: web.Request) -> web.Response:
        self.heads += 1
        refused = self._refused(request)
        status = self.greets if refused is None else refused.status
        headers = {TAKES: str(self.takes), **({} if self.kind == CENTRAL else {"Location": str(request.url)})}
        return web.Response(status=status, headers=headers | self.headers)

    async def _submit(self, request: web.Request) -> web.Response:
        form = await request.post() if request.content_type.startswith("multipart/form-data") else {}
        if self.turn is not None:
            await self.turn.wait()
        self.watch("heard")
        answer = self.next.pop(0) if self.next else 0
        if isinstance(answer, int) and answer:
            return self._said(answer)
        status = self._look(request, form)
        self.watch("kept")
        if answer == "lost" and request.transport is not None:
            request.transport.close()
        return self._said(status)

    def _look(self, request: web.Request, form: Mapping[str, object]) -> int:
        """What comes of a submission."""
        if (request.content_length or 0) > self.takes:
            return 413
        if (refused := self._refused(request)) is not None:
            return refused.status
        parts = {name: part.file.read() for name, part in form.items() if isinstance(part, web.FileField)}
        xml = parts.pop("xml_submission_file", None)
        try:
            root = ElementTree.fromstring(xml or b"")
        except ElementTree.ParseError:
            return 400
        if not self._knows(root.attrib):
            return 404
        if self.closed:
            return 409
        if not self.assigned:
            return 401
        instance = next((each.text for each in root.iter() if each.tag.endswith("instanceID")), "") or ""
        if not instance:
            if self.kind == KOBO:
                return 400
            instance = f"made-{len(self.kept)}"
        named = {each.text for each in root.iter()}
        assert set(parts) <= named, (
            "a file that the submission does not name: Central would say 201 and keep nothing of it"
        )
        return self._keep(instance, xml or b"", parts)

    def _keep(self, instance: str, xml: bytes, files: dict[str, bytes]) -> int:
        known = self.kept.get(instance)
        if instance in self.deleted:
            return 409
        if known is None:
            self.kept[instance] = Kept(xml, files)
            return 201
        if known.xml != xml:
            return 409
        new = set(files) - set(known.files)
        known.files |= files
        known.came += 1
        return 201 if self.kind == CENTRAL or new else 202

    def _knows(self, told: Mapping[str, str]) -> bool:
        versions = self.forms.get(told.get("id", ""))
        if versions is None:
            return False
        return self.kind == KOBO or told.get("version", "") in versions

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.headers.get("X-OpenRosa-Version") != "1.0" and self.kind == CENTRAL:
            return web.Response(status=400)
        known = encode_basic_auth("amina", PASSWORD)
        if self.revoked:
            return web.Response(status=403)
        if self.kind == KOBO and request.headers.get("Authorization") != known:
            return web.Response(status=401)
        return None

    def _said(self, status: int) -> web.Response:
        self.answered.append(status)
        words = CLOSED if status == 409 and self.closed else "words of the server"
        return web.Response(status=status, text=MESSAGE.format(words), headers=self.headers)


@asynccontextmanager
async def collector(kind: str, version: str, form: str = "testimony") -> AsyncIterator[Server]:
    """A server on this machine with this version of a form."""
    server = Server(kind)
    server.forms[server.known_as or form] = {version}
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


def _without_id(xml: bytes) -> bytes:
    before, _, rest = xml.partition(b"<instanceID>")
    return before + rest.partition(b"</instanceID>")[2]


# -- what is brought there --------------------------------------------------------------------------------------------

STORY = "We walk an hour to the well. Call 034 12 345 67."
CLEAN = "We walk an hour to the well. Call [number]."
ENTRY, KEEP, COUNTRY, TALE, SPOKEN = (
    f"/testimony/{ref}" for ref in ("entry", "keep", "told/country", "told/story", "told/story_voice")
)


def keep_voice(
    unit: Unit, number: int, version: str, partner: str, recordings: int = 0
) -> tuple[Voice, Sequence[Medium]]:
    """An accepted voice that may be shared, with names hidden in it, as it lies in the rows, and its recordings."""
    her = someone(unit, 70_000 + number, partner=partner)
    media = [
        unit.media.add(Medium("", her.id, "audio", "f", "u", "audio/ogg", state="held"), NOW)
        for _ in range(recordings)
    ]
    answers = {ENTRY: "adult", KEEP: "yes", COUNTRY: "MG", TALE: STORY}
    answers |= {SPOKEN: " ".join(each.id for each in media)} if media else {}
    told = voice(her, state=State.ACCEPTED, answers=answers, said={}, themes=(), form_version=version)
    agreed = [Consent(told.id, each, True, "w", "en", NOW) for each in ("keep", "share")]
    unit.testimonies.add(told, agreed)
    by = next(iter(unit.people.moderators_of(partner)), None) or reader(unit, partner=partner)
    copy = Redaction("", told.id, by.id, by.address, NOW, {TALE: f"{CLEAN} {number}"}, {TALE: digest(STORY)})
    unit.redactions.add(copy, respondent=her.id)
    return told, media
