"""python-telegram-bot's requests on aiohttp: one fixed host, and an error that says whether anything was sent.

About a seventh of the default client's work for each call, and it knows what the default folds into "timed out":
whether Telegram can have seen the request (R13). Neither the token nor anything said is in an error or a log (S27).
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

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
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.packing import pack, unpack
from bot.ports import Meter

LARGEST = 32 * 1024 * 1024
"""Bytes of the largest body that is read: a file has at most 20 MB, updates about 4 MB."""

logging.getLogger("telegram").setLevel(
    logging.WARNING
)  # below that it writes out the token and every text (S27)

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """Telegram certainly has not seen the request: no connection was made."""


class Uncertain(NetworkError):
    """The request was written and no whole answer came: Telegram may have done what it asked."""


class TooFast(TelegramError):
    """429: come back after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests: come back after {seconds} seconds")
        self.seconds = seconds


class Request(BaseRequest):
    """One session to one host. `origin`: "https://api.telegram.org"; any other is refused, as are redirects (S26).

    Times in seconds: `connect` to get a connection, `read` for the answer. `meter` hears of each 429.
    """

    def __init__(
        self,
        origin: str,
        *,
        connections: int = 64,
        connect: float = 10,
        read: float = 20,
        meter: Meter | None = None,
    ) -> None:
        self._origin = f"{URL(origin).origin()}/"
        self._connections = connections
        self._connect = connect
        self._read = read
        self._meter = meter or Meter()
        self._session: ClientSession | None = None
        self.date = ""
        """The last answer's Date header."""

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take."""
        return self._read

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": "Voices"},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call for python-telegram-bot: HTTP code and body, or NotSent, Uncertain, TooFast."""
        data: bytes | FormData | None = None
        if request_data is not None:
            data = (
                _multipart(request_data)
                if request_data.contains_files
                else _form(request_data.json_parameters)
            )
        read = read_timeout if isinstance(read_timeout, int | float) else self._read
        headers = _FORM if isinstance(data, bytes) else None
        code, body = await self.exchange(method, url, data, read, headers)
        if code == 429:
            raise TooFast(_seconds(body))
        if code >= 500 or 300 <= code < 400:
            raise Uncertain(f"HTTP {code}")
        if code >= 400:
            return code, _error(code, body)
        if method == "POST" and b'"result"' not in body:
            raise Uncertain("an answer without a result")
        return code, body

    async def call(self, url: str, parameters: dict[str, str], read: float) -> tuple[int, bytes]:
        """One Bot API call past python-telegram-bot: HTTP code and body as they are, or NotSent, Uncertain."""
        return await self.exchange("POST", url, _form(parameters), read, _FORM)

    async def ask(self, url: str, parameters: Mapping[str, Any]) -> Any:
        """One Bot API call as JSON: its result, or the error python-telegram-bot's Bot would raise.

        For what is said all day: the library's objects, made from our message and from Telegram's answer, cost three
        times as much as the call itself.
        """
        body = pack(parameters, surrogates="replace")
        code, answer = await self.exchange("POST", url, body, self._read, _JSON)
        if code == 429:
            raise TooFast(_seconds(answer))
        if code >= 500 or 300 <= code < 400:
            raise Uncertain(f"HTTP {code}")
        told = self.parse_json_payload(answer if code < 400 else _error(code, answer))
        if code >= 400:
            raise _refusal(code, told)
        if "result" not in told:
            raise Uncertain("an answer without a result")
        return told["result"]

    async def exchange(
        self,
        method: str,
        url: str,
        data: bytes | FormData | None,
        read: float,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Send one HTTP request to our host; NotSent or Uncertain where no whole answer came."""
        if self._session is None:
            raise NotSent("no open session")
        if not url.startswith(self._origin):
            raise NotSent("another host")
        timeout = ClientTimeout(total=None, connect=self._connect, sock_connect=self._connect, sock_read=read)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=data,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                self.date = response.headers.get("Date", "")
                if response.status == 429:
                    self._meter.slowed()
                return response.status, await _body(response)
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            raise NotSent(type(error).__name__) from None
        except TelegramError:
            raise
        except Exception as error:  # noqa: BLE001 - any other's words may hold the token or what was said (S27)
            raise Uncertain(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as plain values; Uncertain where it is none (the library's own would log what it holds)."""
        try:
            values = unpack(payload)
        except (ValueError, RecursionError):
            raise Uncertain("an answer that is not JSON") from None
        if not isinstance(values, dict):
            raise Uncertain("an answer that is no object")
        return values


async def _body(response: ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LARGEST:
            raise Uncertain("an answer larger than any")
    return bytes(body)


def _form(parameters: dict[str, str]) -> bytes:
    return urlencode(parameters, errors="replace").encode()


def _multipart(request_data: RequestData) -> FormData:
    form = FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value.encode(errors="replace").decode())
    for name, (filename, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


def _error(code: int, body: bytes) -> bytes:
    """An error answer the library can read: a proxy's page becomes one with the code alone."""
    try:
        if isinstance(json.loads(body), dict):
            return body
    except (ValueError, RecursionError):
        pass
    return json.dumps({"ok": False, "description": f"HTTP {code}"}).encode()


def _refusal(code: int, told: Mapping[str, Any]) -> TelegramError:
    """What Telegram's refusal is among the library's errors."""
    words = str(told.get("description") or f"HTTP {code}")
    further = told.get("parameters")
    if isinstance(further, dict) and isinstance(chat := further.get("migrate_to_chat_id"), int):
        return ChatMigrated(chat)
    match code:
        case 401 | 404:
            return InvalidToken(words)
        case 403:
            return Forbidden(words)
        case 400:
            return BadRequest(words)
        case _:
            return NetworkError(words)


def _seconds(body: bytes) -> float:
    try:
        return float(json.loads(body)["parameters"]["retry_after"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return 5.0
