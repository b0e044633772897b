"""Settings: read once from the environment (prefix VOICES_), frozen; what is wrong stops the start in one sentence."""

import difflib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

PREFIX = "VOICES_"
TELEGRAM = "https://api.telegram.org"
FAILPOINT = "VOICES_FAILPOINT"
"""Not a setting: names the point at which a crash test ends the process."""

LISTEN = "127.0.0.1:8080"
"""Where a bot with a webhook listens if nothing else is said."""

HOOK = "/telegram"
"""The path at which updates are brought."""

_HOOK_PORTS = {443, 80, 88, 8443}
"""Bot API: the only ports at which Telegram calls a webhook."""

_MAKE_SECRET = "make one with `openssl rand -hex 32`"  # noqa: S105 - says how, is none

_TLS = {"require", "verify-ca", "verify-full"}
"""What libpq calls the ways in which nothing is said without TLS; the last alone also knows whom it speaks to."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SettingsFault(Exception):
    """The settings are wrong: one sentence that says which, why, and what to do."""


class Settings(BaseModel):
    """What an operator may set. Each description is a row of docs/settings.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: SecretStr | None = Field(
        default=None, description="The bot's token from @BotFather. Needed by `run`; never written to a log."
    )
    api_url: str = Field(
        default=TELEGRAM,
        description="Any Bot API server: Telegram's, your own, or the sandbox's. Plain http only on this machine.",
    )
    data_dir: Path = Field(
        default=Path("var/data"),
        description="Where the SQLite file and the recordings are kept. Made if missing.",
    )
    database_url: str | None = Field(
        default=None,
        description="`sqlite:///…` or `postgresql+psycopg://…`. To another machine only with TLS: "
        "`…?sslmode=verify-full&sslrootcert=/path/ca.pem`. Left out: `voices.db` in the data folder.",
    )
    key_file: Path = Field(
        default=Path("var/keys/voices.key"),
        description="The file with the keys, readable by its owner alone, outside the data folder. Made at the "
        "first start. **Without it nothing can be read: keep a copy in a safe place.**",
    )
    backup_key: str | None = Field(
        default=None,
        description="For whom `voices backup` encrypts: a public key (`age1…`), or several with commas between them. "
        "The private ones are kept away from this machine.",
    )
    forgotten_file: Path | None = Field(
        default=None,
        description="The list of who left, by which a restore forgets them again: keyed hashes, nothing of anyone. "
        "Left out: `forgotten` in the data folder. Better on another disk.",
    )
    pace: float = Field(
        default=30,
        gt=0,
        le=10_000,
        description="Messages a second, overall. Telegram allows about 30; a paid broadcast or an own server more.",
    )
    chat_pace: float = Field(
        default=1, gt=0, le=10_000, description="Messages a second to one chat. Telegram allows about 1."
    )
    link_pace: int = Field(
        default=1000,
        gt=0,
        le=1_000_000,
        description="Newcomers one link brings in an hour. Whoever comes new after them is asked to try again later, "
        "and nothing of them is kept. Each of several processes counts for itself.",
    )
    webhook_url: str | None = Field(
        default=None,
        description="The public https address at which Telegram reaches `VOICES_LISTEN`, through your reverse proxy: "
        "`https://voices.example.org`. Updates then come by `POST /telegram` there. Left out: the bot asks for them.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What proves that a call of the webhook is Telegram's: 32 to 256 random characters of `A-Z`, "
        "`a-z`, `0-9`, `_`, `-` (`openssl rand -hex 32`). Needed with `VOICES_WEBHOOK_URL`; never written to a log.",
    )
    listen: str | None = Field(
        default=None,
        description="host:port of this machine on which the webhook, `/healthz`, `/readyz` and `/metrics` are served. "
        "Left out: `127.0.0.1:8080` with a webhook, nowhere without one.",
    )
    pages_listen: str | None = Field(
        default=None,
        description="host:port of this machine on which the public pages are served, apart from `VOICES_LISTEN`; the "
        "same for each of several processes. Left out: nowhere.",
    )
    pages_url: str | None = Field(
        default=None,
        description="The public address of the public pages: `https://voices.example.org`. Feeds name it, and the news "
        "that a voice is published. Left out: links in feeds are relative, and the news has none.",
    )
    log_level: str = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR. No level logs anyone's words."
    )

    @field_validator("token")
    @classmethod
    def _token_looks_right(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"\d+:[\w-]{20,}", value.get_secret_value()):
            raise ValueError("is not a bot token (digits, a colon, letters): copy it again from @BotFather")
        return value

    @field_validator("api_url")
    @classmethod
    def _api_url_is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address like https://api.telegram.org")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("must use https: plain http would show the token to the network")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str | None) -> str | None:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        if value and not _readable(value):
            raise ValueError(
                "must be like postgresql://name:password@host/database; "
                "in the password write @ as %40, : as %3A, / as %2F, # as %23"
            )
        if value and not value.startswith("sqlite:") and not _overheard_by_nobody(value):
            raise ValueError(
                "must use TLS to another machine: end it with ?sslmode=verify-full&sslrootcert=… (the certificate "
                "authority of the server), at the least with ?sslmode=require; else the network would see the rows"
            )
        return value and re.sub("^postgresql://", "postgresql+psycopg://", value)

    @field_validator("webhook_url")
    @classmethod
    def _webhook_url_is_an_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value) if value and _readable(value) else None
        if value and not (parts and parts.scheme in {"http", "https"} and parts.hostname):
            raise ValueError("must be an address like https://voices.example.org")
        if parts and (parts.query or parts.fragment or parts.username):
            raise ValueError("must be a bare address, without ?, # and @")
        return value and value.rstrip("/").removesuffix(HOOK) + HOOK

    @field_validator("webhook_secret")
    @classmethod
    def _secret_is_hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        secret = value.get_secret_value() if value else None
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise ValueError(f"may have up to 256 characters of A-Z, a-z, 0-9, _ and -: {_MAKE_SECRET}")
        if secret is not None and (len(secret) < 32 or len(set(secret)) < 8):
            raise ValueError(f"is too easy to guess: {_MAKE_SECRET}")
        return value

    @field_validator("pages_url")
    @classmethod
    def _pages_url_is_an_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value) if value and _readable(value) else None
        if value and not (parts and parts.scheme == "https" and parts.hostname and parts.path in ("", "/")):
            raise ValueError("must be an address like https://voices.example.org")
        if parts and (parts.query or parts.fragment or parts.username):
            raise ValueError("must be a bare address, without ?, # and @")
        return value and value.rstrip("/")

    @field_validator("listen", "pages_listen")
    @classmethod
    def _listen_is_a_place(cls, value: str | None) -> str | None:
        if value and not (re.fullmatch(r"(\[[^\]]+\]|[^:/@\s]+):\d+", value) and _place(value)):
            raise ValueError("must be host:port, like 127.0.0.1:8080")
        return value

    @field_validator("log_level")
    @classmethod
    def _level_is_known(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _key_apart_from_data(self) -> "Settings":
        if self.key_file.resolve().is_relative_to(self.data_dir.resolve()):
            raise ValueError(
                "VOICES_KEY_FILE lies inside VOICES_DATA_DIR: whoever copies the data would have the key; move it"
            )
        if self.sqlite_file and self.key_file.resolve().is_relative_to(self.sqlite_file.resolve().parent):
            raise ValueError(
                "VOICES_KEY_FILE lies in the folder of the SQLite file, or below it: whoever copies the data would "
                "have the key; move it"
            )
        return self

    @model_validator(mode="after")
    def _telegram_reaches_the_webhook(self) -> "Settings":
        if self.webhook_url is None:
            return self
        if self.webhook_secret is None:
            raise ValueError(
                f"VOICES_WEBHOOK_SECRET is missing: anyone could speak to the webhook as Telegram; {_MAKE_SECRET}"
            )
        parts = urlsplit(self.webhook_url)
        if self.api_url.startswith("http:"):  # a Bot API server on this machine calls whomever we name
            return self
        if parts.scheme != "https" or (parts.port or 443) not in _HOOK_PORTS:
            raise ValueError(
                "VOICES_WEBHOOK_URL must use https, on port 443, 80, 88 or 8443: Telegram calls no other"
            )
        if not _public(parts.hostname or ""):
            raise ValueError("VOICES_WEBHOOK_URL must be a public address: Telegram calls it from outside")
        return self

    @model_validator(mode="after")
    def _pages_apart(self) -> "Settings":
        if self.pages_at and self.pages_at[1] and self.pages_at == self.listens_at:
            raise ValueError(
                "VOICES_PAGES_LISTEN must be another place than VOICES_LISTEN, which is for nobody but you"
            )
        return self

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The host and port to serve HTTP on (port 0: a free one); None for nowhere."""
        place = self.listen or (LISTEN if self.webhook_url else None)
        return _place(place) if place else None

    @property
    def pages_at(self) -> tuple[str, int] | None:
        """The host and port to serve the public pages on (port 0: a free one); None for nowhere."""
        return _place(self.pages_listen) if self.pages_listen else None

    @property
    def webhook(self) -> tuple[str, str] | None:
        """The address Telegram calls, and the secret that proves it is Telegram; None where it is asked for updates."""
        if self.webhook_url is None or self.webhook_secret is None:
            return None
        return self.webhook_url, self.webhook_secret.get_secret_value()

    @property
    def secrets(self) -> list[str]:
        """What must never be written to a log."""
        return [each.get_secret_value() for each in (self.token, self.webhook_secret) if each]

    @property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'voices.db'}"

    @property
    def sqlite_file(self) -> Path | None:
        """The SQLite file; None with PostgreSQL."""
        path = self.database.removeprefix("sqlite:///")
        return None if path == self.database else Path(path)

    @property
    def recordings(self) -> Path:
        """The folder of the vault."""
        return self.data_dir / "media"

    @property
    def forgotten(self) -> Path:
        """The list of who left, the default filled in."""
        return self.forgotten_file or self.data_dir / "forgotten"

    @property
    def bot_token(self) -> str:
        """The token, or SettingsFault where none was given."""
        if self.token is None:
            raise SettingsFault(
                "VOICES_TOKEN is missing: ask @BotFather for one, or try `make demo`, which needs none."
            )
        return self.token.get_secret_value()


def _place(listen: str) -> tuple[str, int] | None:
    """host:port in two; None where the port is none."""
    host, _, port = listen.rpartition(":")
    return (host.strip("[]"), int(port)) if int(port) < 2**16 else None


def _public(host: str) -> bool:
    """Whether a host may be reached from outside, by its name or number."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal"))


def _readable(url: str) -> bool:
    """Whether an address has a host and, where it has a port, a number for it."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _overheard_by_nobody(url: str) -> bool:
    """Whether a PostgreSQL is reached on this machine alone, or by TLS (libpq's `sslmode`; without one, not surely)."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    named = [parts.netloc.rpartition("@")[2], *asked.get("host", ()), *asked.get("hostaddr", ())]
    hosts = [_host(each) for names in named for each in names.split(",") if each]
    return all(each in _LOOPBACK or each.startswith("/") for each in hosts) or (
        asked.get("sslmode", [""])[-1] in _TLS
    )


def _host(place: str) -> str:
    """The host of host:port or [host]:port; of a path, as it is; of a port alone, this machine."""
    if place.startswith("/"):
        return place
    found = re.fullmatch(r"\[(?P<six>[^\]]*)\](:\d*)?|(?P<name>[^:]*)(:\d*)?", place)
    host = (found["six"] or found["name"] if found else place) or "localhost"
    return unquote(host).lower()


def names() -> list[str]:
    """Every environment variable that is a setting."""
    return [PREFIX + name.upper() for name in Settings.model_fields]


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of this environment; SettingsFault with one clear sentence where they are wrong (S48)."""
    known = set(names())
    given = {
        name: value for name, value in environment.items() if name.startswith(PREFIX) and name != FAILPOINT
    }
    for name in sorted(set(given) - known):
        near = difflib.get_close_matches(name, sorted(known), 1, 0.75)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}."
        raise SettingsFault(f"{name} is not a setting of Voices: {hint}")
    values = {name.removeprefix(PREFIX).lower(): value for name, value in given.items() if value != ""}
    try:
        return Settings.model_validate(values)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        name = f"{PREFIX}{'_'.join(str(part) for part in first['loc']).upper()} " if first["loc"] else ""
        why = first["msg"].removeprefix("Value error, ")
        if (
            first["type"] != "value_error"
        ):  # not our words: "Input should be a valid number, unable to parse …"
            why = why.replace("Input should be", "must be").partition(",")[0]
        raise SettingsFault(f"{name}{why}.") from None
