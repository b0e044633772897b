"""What an operator may set: the code, the page and the refusals agree."""

from pathlib import Path

import pytest

from bot import config

ROOT = Path(__file__).resolve().parents[2]


def table() -> str:
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in config.Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{config.PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def test_the_page_of_settings_is_what_the_code_reads() -> None:
    assert table() in (ROOT / "docs" / "settings.md").read_text()


def test_nothing_set_means_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read is what was given; nothing else slips in from the environment."""
    monkeypatch.setenv("VOICES_DATABASE_URL", "sqlite:///other.db")
    settings = config.read({})
    assert (settings.database, settings.api_url) == ("sqlite:///var/data/voices.db", config.TELEGRAM)


KNOWN = (
    "VOICES_API_URL, VOICES_BACKUP_KEY, VOICES_CHAT_PACE, VOICES_DATABASE_URL, VOICES_DATA_DIR, "
    "VOICES_FORGOTTEN_FILE, VOICES_KEY_FILE, VOICES_LINK_PACE, VOICES_LISTEN, VOICES_LOG_LEVEL, VOICES_PACE, "
    "VOICES_PAGES_LISTEN, VOICES_PAGES_URL, VOICES_TOKEN, VOICES_WEBHOOK_SECRET, VOICES_WEBHOOK_URL"
)
HTTPS = "VOICES_API_URL must use https: plain http would show the token to the network."
POSTGRESQL = (
    "VOICES_DATABASE_URL must be like postgresql://name:password@host/database; "
    "in the password write @ as %40, : as %3A, / as %2F, # as %23."
)
HOOK = {"VOICES_WEBHOOK_URL": "https://voices.example.org", "VOICES_WEBHOOK_SECRET": "0123456789abcdef" * 4}
MAKE = "make one with `openssl rand -hex 32`."
GUESSED = f"VOICES_WEBHOOK_SECRET is too easy to guess: {MAKE}"
ALPHABET = f"VOICES_WEBHOOK_SECRET may have up to 256 characters of A-Z, a-z, 0-9, _ and -: {MAKE}"
REACHED = "VOICES_WEBHOOK_URL must use https, on port 443, 80, 88 or 8443: Telegram calls no other."
OUTSIDE = "VOICES_WEBHOOK_URL must be a public address: Telegram calls it from outside."
PLACE = "VOICES_LISTEN must be host:port, like 127.0.0.1:8080."
APART = "VOICES_PAGES_LISTEN must be another place than VOICES_LISTEN, which is for nobody but you."
PAGES = "VOICES_PAGES_URL must be an address like https://voices.example.org."
TLS = (
    "VOICES_DATABASE_URL must use TLS to another machine: end it with ?sslmode=verify-full&sslrootcert=… (the "
    "certificate authority of the server), at the least with ?sslmode=require; else the network would see the rows."
)
OVERHEARD = (
    "postgresql://voices:x@db.example.org/voices",
    "postgresql+psycopg://voices:x@10.0.0.5:5432/voices",
    "postgresql://voices:x@db.example.org/voices?sslmode=prefer",
    "postgresql://voices:x@db.example.org/voices?sslmode=disable",
    "postgresql://voices:x@localhost,db.example.org/voices",
    "postgresql://voices:x@/voices?host=db.example.org",
    "postgresql://voices:x@localhost/voices?hostaddr=10.0.0.5",
    "postgresql://voices:x@[2001:db8::1]:5432/voices",
    "postgresql://localhost@db/voices",
)
MOVE = "whoever copies the data would have the key; move it."


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"VOICES_TOKN": "x"}, "VOICES_TOKN is not a setting of Voices: did you mean VOICES_TOKEN?"),
        (
            {"VOICES_DATABASE": "x"},
            "VOICES_DATABASE is not a setting of Voices: did you mean VOICES_DATABASE_URL?",
        ),
        (
            {"VOICES_COLOUR_OF_ALL": "x"},
            f"VOICES_COLOUR_OF_ALL is not a setting of Voices: known are {KNOWN}.",
        ),
        (
            {"VOICES_TOKEN": "hello"},
            "VOICES_TOKEN is not a bot token (digits, a colon, letters): copy it again from @BotFather.",
        ),
        ({"VOICES_API_URL": "http://example.org"}, HTTPS),
        ({"VOICES_API_URL": "http://192.0.2.1:8081"}, HTTPS),
        ({"VOICES_API_URL": "http://127.0.0.1@example.org"}, HTTPS),
        ({"VOICES_API_URL": "http://127.0.0.1.example.org"}, HTTPS),
        ({"VOICES_API_URL": "ftp:x"}, "VOICES_API_URL must be an address like https://api.telegram.org."),
        (
            {"VOICES_DATABASE_URL": "mysql://x"},
            "VOICES_DATABASE_URL must begin with sqlite:/// or postgresql://.",
        ),
        ({"VOICES_DATABASE_URL": "postgresql://voices:pass/word@host/v"}, POSTGRESQL),
        ({"VOICES_DATABASE_URL": "postgresql://voices@host:port/v"}, POSTGRESQL),
        ({"VOICES_PACE": "0"}, "VOICES_PACE must be greater than 0."),
        ({"VOICES_PACE": "many"}, "VOICES_PACE must be a valid number."),
        ({"VOICES_CHAT_PACE": "100000"}, "VOICES_CHAT_PACE must be less than or equal to 10000."),
        ({"VOICES_LOG_LEVEL": "loud"}, "VOICES_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR."),
        (
            {"VOICES_WEBHOOK_URL": "https://voices.example.org"},
            f"VOICES_WEBHOOK_SECRET is missing: anyone could speak to the webhook as Telegram; {MAKE}",
        ),
        (HOOK | {"VOICES_WEBHOOK_SECRET": "s3cret"}, GUESSED),
        (HOOK | {"VOICES_WEBHOOK_SECRET": "a" * 64}, GUESSED),
        (HOOK | {"VOICES_WEBHOOK_SECRET": "0123456789abcdef" * 17}, ALPHABET),
        (HOOK | {"VOICES_WEBHOOK_SECRET": "0123456789abcdef" * 4 + "é"}, ALPHABET),
        (
            HOOK | {"VOICES_WEBHOOK_URL": "voices.example.org"},
            "VOICES_WEBHOOK_URL must be an address like https://voices.example.org.",
        ),
        (
            HOOK | {"VOICES_WEBHOOK_URL": "https://voices.example.org/?key=1"},
            "VOICES_WEBHOOK_URL must be a bare address, without ?, # and @.",
        ),
        (HOOK | {"VOICES_WEBHOOK_URL": "http://voices.example.org"}, REACHED),
        (HOOK | {"VOICES_WEBHOOK_URL": "https://voices.example.org:8080"}, REACHED),
        (HOOK | {"VOICES_WEBHOOK_URL": "https://localhost"}, OUTSIDE),
        (HOOK | {"VOICES_WEBHOOK_URL": "https://192.168.1.4"}, OUTSIDE),
        (HOOK | {"VOICES_WEBHOOK_URL": "https://[::1]:8443"}, OUTSIDE),
        ({"VOICES_LISTEN": "8080"}, PLACE),
        ({"VOICES_LISTEN": "127.0.0.1:http"}, PLACE),
        ({"VOICES_LISTEN": "127.0.0.1:70000"}, PLACE),
        ({"VOICES_LISTEN": "http://127.0.0.1:8080"}, PLACE),
        ({"VOICES_PAGES_LISTEN": "8081"}, "VOICES_PAGES_LISTEN must be host:port, like 127.0.0.1:8080."),
        ({"VOICES_LISTEN": "127.0.0.1:8080", "VOICES_PAGES_LISTEN": "127.0.0.1:8080"}, APART),
        ({"VOICES_PAGES_URL": "http://voices.example.org"}, PAGES),
        ({"VOICES_PAGES_URL": "https://voices.example.org/wall"}, PAGES),
        (
            {"VOICES_PAGES_URL": "https://voices.example.org/?wall"},
            "VOICES_PAGES_URL must be a bare address, without ?, # and @.",
        ),
        ({"VOICES_DEBUG": "1"}, f"VOICES_DEBUG is not a setting of Voices: known are {KNOWN}."),
        (
            {"VOICES_DATA_DIR": "d", "VOICES_KEY_FILE": "d/below/key"},
            f"VOICES_KEY_FILE lies inside VOICES_DATA_DIR: {MOVE}",
        ),
        (
            {"VOICES_DATA_DIR": "d", "VOICES_KEY_FILE": "e/../d/key"},
            f"VOICES_KEY_FILE lies inside VOICES_DATA_DIR: {MOVE}",
        ),
        (
            {"VOICES_DATA_DIR": "d", "VOICES_KEY_FILE": "d/key"},
            f"VOICES_KEY_FILE lies inside VOICES_DATA_DIR: {MOVE}",
        ),
        (
            {"VOICES_DATABASE_URL": "sqlite:///k/voices.db", "VOICES_KEY_FILE": "k/key"},
            f"VOICES_KEY_FILE lies in the folder of the SQLite file, or below it: {MOVE}",
        ),
        (
            {"VOICES_DATABASE_URL": "sqlite:///k/voices.db", "VOICES_KEY_FILE": "k/far/below/key"},
            f"VOICES_KEY_FILE lies in the folder of the SQLite file, or below it: {MOVE}",
        ),
        *(({"VOICES_DATABASE_URL": url}, TLS) for url in OVERHEARD),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    environment: dict[str, str], sentence: str
) -> None:
    """S48: fail closed at start, one test per rule."""
    with pytest.raises(config.SettingsFault) as fault:
        config.read(environment)
    assert str(fault.value) == sentence


def test_a_link_does_not_hide_where_the_key_lies(tmp_path: Path) -> None:
    """S48: the key file's place is where it is in truth, and so is the data's."""
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "data")
    for data, key in (("data", "elsewhere/key"), ("elsewhere", "data/key")):
        with pytest.raises(config.SettingsFault, match="lies inside VOICES_DATA_DIR"):
            config.read({"VOICES_DATA_DIR": str(tmp_path / data), "VOICES_KEY_FILE": str(tmp_path / key)})


def test_no_secret_comes_with_the_house() -> None:
    """S48: nobody can run it with one that others know; the settings that are handed out leave them empty."""
    given = (ROOT / "deploy" / "env.example").read_text()
    for name in ("VOICES_TOKEN", "VOICES_WEBHOOK_SECRET", "VOICES_DATABASE_URL", "VOICES_BACKUP_KEY"):
        assert f"\n{name}=\n" in given
    fields = config.Settings.model_fields
    assert fields["token"].default is None
    assert fields["webhook_secret"].default is None


def test_a_refused_setting_is_never_repeated() -> None:
    """S27: a token that is wrong by one character must not be printed."""
    with pytest.raises(config.SettingsFault) as fault:
        config.read({"VOICES_TOKEN": "12345:canary secret"})
    assert "canary" not in str(fault.value)


def test_plain_http_is_for_this_machine_only() -> None:
    assert config.read({"VOICES_API_URL": "http://127.0.0.1:8081/"}).api_url == "http://127.0.0.1:8081"


def test_a_start_without_a_token_says_how_to_get_one() -> None:
    with pytest.raises(config.SettingsFault, match="make demo"):
        _ = config.read({}).bot_token


def test_postgresql_is_spoken_to_through_psycopg() -> None:
    given = "postgresql://localhost/d"
    assert config.read({"VOICES_DATABASE_URL": given}).database == "postgresql+psycopg://localhost/d"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///voices",
        "postgresql://voices:x@localhost:5433/voices",
        "postgresql://voices:x@127.0.0.1/voices",
        "postgresql://voices:x@[::1]:5432/voices",
        "postgresql://voices:x@:5433/voices",
        "postgresql://voices:x@/voices?host=/var/run/postgresql",
        "postgresql://voices:x@%2Fvar%2Frun%2Fpostgresql/voices",
        "postgresql://voices:x@db.example.org/voices?sslmode=require",
        "postgresql://voices:x@db.example.org/voices?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    ],
)
def test_rows_cross_a_network_by_tls_and_need_none_on_this_machine(url: str) -> None:
    """S48: by a socket or the loopback without, to another machine with it."""
    assert config.read({"VOICES_DATABASE_URL": url}).database_url is not None


def test_the_webhook_is_called_where_it_is_served() -> None:
    """The path is the bot's own, whether it was written out or not."""
    for given in ("https://a.example", "https://a.example/", "https://a.example/telegram"):
        assert config.read(HOOK | {"VOICES_WEBHOOK_URL": given}).webhook_url == "https://a.example/telegram"
    settings = config.read(HOOK | {"VOICES_WEBHOOK_URL": "https://a.example:8443/voices"})
    assert settings.webhook_url == "https://a.example:8443/voices/telegram"


def test_a_bot_api_server_on_this_machine_may_call_this_machine() -> None:
    given = {"VOICES_API_URL": "http://127.0.0.1:8081", "VOICES_WEBHOOK_URL": "http://127.0.0.1:8080"}
    assert config.read(HOOK | given).webhook_url == "http://127.0.0.1:8080/telegram"


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({}, None),
        (HOOK, ("127.0.0.1", 8080)),
        ({"VOICES_LISTEN": "127.0.0.1:0"}, ("127.0.0.1", 0)),
        (HOOK | {"VOICES_LISTEN": "[::1]:9000"}, ("::1", 9000)),
        ({"VOICES_LISTEN": "0.0.0.0:8080"}, ("0.0.0.0", 8080)),
    ],
)
def test_nothing_listens_unless_it_is_asked_for(
    environment: dict[str, str], place: tuple[str, int] | None
) -> None:
    assert config.read(environment).listens_at == place


def test_what_must_not_be_logged_is_known() -> None:
    """S27: both secrets are struck out of every log."""
    token = "12345:" + "a" * 30
    assert config.read(HOOK | {"VOICES_TOKEN": token}).secrets == [token, HOOK["VOICES_WEBHOOK_SECRET"]]
