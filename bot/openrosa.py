"""OpenRosa on aiohttp: what is said to ODK Central and KoboToolbox. One server each, never followed elsewhere (S26).

Neither an address, nor a password, nor anything sent or answered is in an error or a log (S27).
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aiohttp import (
    ClientConnectorError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    InvalidURL,
    TCPConnector,
    encode_basic_auth,
)
from defusedxml import ElementTree
from yarl import URL

from bot.forward import Access, Answer, File, Listed

VERSION = {"X-OpenRosa-Version": "1.0"}
"""Without it Central refuses (400)."""

TAKES = "X-OpenRosa-Accept-Content-Length"

CLOSED = b"not currently accepting submissions"
"""What Central answers with 409 where a form is closed; 409 means other things too, and only its words tell."""

CONNECT, ANSWER, LONGEST = 10.0, 120.0, 1800.0
"""Seconds to get a connection, between two signs of life of it, and for all of it: a large file takes its time."""

WORDS = 64 * 1024
"""Bytes of what else it says that are read, so that the connection can be used again, and thrown away."""

LISTING = 4 * 1024 * 1024
"""Bytes of the largest list of forms that is read."""

FORMS = "{http://openrosa.org/xforms/xformsList}"


class OpenRosa:
    """The Collector port. Times in seconds: `connect` to get a connection, `answer` for the next sign of life."""

    def __init__(self, *, connect: float = CONNECT, answer: float = ANSWER) -> None:
        self._timeout = ClientTimeout(total=LONGEST, connect=connect, sock_connect=connect, sock_read=answer)
        self._session: ClientSession | None = None

    async def greet(self, access: Access) -> Answer:
        """Ask whether it takes submissions, and how much at once."""
        answer, _ = await self._ask("HEAD", access, "/submission")
        return answer

    async def submit(self, access: Access, xml: bytes, files: Sequence[File]) -> Answer:
        """Bring a submission with these of its files."""
        form = FormData(quote_fields=False)
        form.add_field("xml_submission_file", xml, filename="submission.xml", content_type="text/xml")
        for file in files:
            form.add_field(file.name, file.content, filename=file.name, content_type=file.mime)
        answer, _ = await self._ask("POST", access, "/submission", form)
        return answer

    async def forms(self, access: Access) -> Listed:
        """The forms it has for us; status 0 where what it answers is no such list."""
        answer, body = await self._ask("GET", access, "/formList", read=LISTING)
        if answer.status != 200:
            return Listed(answer)
        try:
            root = ElementTree.fromstring(body)
        except Exception:  # noqa: BLE001 - no list, whatever is wrong with it
            return Listed(Answer())
        found: dict[str, set[str]] = {}
        for each in root.iter(f"{FORMS}xform"):
            form, version = (each.findtext(f"{FORMS}{name}") or "" for name in ("formID", "version"))
            found.setdefault(form.strip(), set()).add(version.strip())
        return Listed(answer, {form: frozenset(versions) for form, versions in found.items()})

    async def close(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self, method: str, access: Access, path: str, data: FormData | None = None, *, read: int = WORDS
    ) -> tuple[Answer, bytes]:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=16),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": "Voices"},
                trust_env=False,
            )
        try:
            async with self._session.request(
                method,
                URL(f"{access.address}{path}", encoded=True),
                data=data,
                headers=VERSION | _known(access),
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                body = b""
                while len(body) < read and (more := await response.content.read(read - len(body))):
                    body += more
                return _answer(response, body), body
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL):
            return Answer(seen=False), b""
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - any other's words may hold the address or what was sent (S27)
            return Answer(), b""


def _known(access: Access) -> dict[str, str]:
    """By what it knows us."""
    if access.token:
        return {"Authorization": f"Token {access.token}"}
    if access.user:
        return {"Authorization": encode_basic_auth(access.user, access.password, "utf-8")}
    return {}


def _answer(response: ClientResponse, body: bytes) -> Answer:
    return Answer(
        status=response.status,
        after=_seconds(response.headers.get("Retry-After", "")),
        largest=_number(response.headers.get(TAKES, "")),
        closed=response.status == 409 and CLOSED in body,
    )


def _seconds(told: str) -> float | None:
    """How long to wait: seconds, or until a date; at most a day, None where nothing sensible is told."""
    if (number := _number(told)) is not None:
        return min(86_400.0, number)
    try:
        seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(86_400.0, max(0.0, seconds))


def _number(told: str) -> int | None:
    return int(told) if told.strip().isascii() and told.strip().isdigit() and len(told.strip()) < 16 else None
