"""What lies in deploy/ and the code agree."""

import re
import shlex
from pathlib import Path

from bot import config
from bot.__main__ import parser

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def blocks(path: Path) -> dict[str, str]:
    """The pins of a lock, each with its hashes, by name."""
    pins = re.split(r"\n(?=[\w.-]+==)", path.read_text().strip())
    return {pin.partition("==")[0]: pin.strip() for pin in pins}


def test_the_example_has_every_setting_and_is_one_that_is_read() -> None:
    lines = [line for line in (DEPLOY / "env.example").read_text().splitlines() if line.startswith("VOICES_")]
    given = dict(line.split("=", 1) for line in lines)
    assert sorted(given) == sorted(config.names())
    settings = config.read(given)
    moved = {"data_dir", "key_file"}
    assert settings.model_dump(exclude=moved) == config.Settings().model_dump(exclude=moved)


def test_every_command_of_the_units_is_one_that_can_be_asked() -> None:
    units = "".join(path.read_text() for path in DEPLOY.glob("*.service"))
    asked = re.findall(r"^ExecStart=/opt/voices/\.venv/bin/voices (.+)$", units, re.MULTILINE)
    compose = re.findall(r"^\s+command: \[(.+)\]$", (DEPLOY / "compose.yaml").read_text(), re.MULTILINE)
    asked += [each.replace(",", " ") for each in compose]
    assert sorted(shlex.split(each)[0] for each in asked) == ["backup", "backup", "migrate", "run"]
    for each in asked:
        parser().parse_args(shlex.split(each))


def test_what_the_proxy_logs_says_nothing_of_a_request() -> None:
    """S27: Caddy would write down the webhook's secret and who asked for which page, wherever one fails."""
    text = re.sub(r"#.*", "", (DEPLOY / "Caddyfile").read_text())
    assert re.search(
        r"^\tlog \{\s+format filter \{\s+wrap json\s+fields \{\s+request delete\s+\}", text, re.MULTILINE
    )
    assert len(re.findall(r"^\s*log\b", text, re.MULTILINE)) == 1


def test_the_database_of_the_compose_file_is_one_that_is_read() -> None:
    """S48: by a socket that bots, backups and PostgreSQL share."""
    text = (DEPLOY / "compose.yaml").read_text()
    [url] = re.findall(r"VOICES_DATABASE_URL: (.+)", text)
    given = re.sub(r"\$\{.+?\}", "Kx7mQ2vT", url)
    assert config.read({"VOICES_DATABASE_URL": given}).sqlite_file is None
    assert text.count("socket:/var/run/postgresql") == 3


def test_what_is_installed_to_run_is_pinned_as_everywhere() -> None:
    """S47: the bot's own lock is a part of the whole one, hash by hash."""
    whole, ours = blocks(ROOT / "requirements.lock"), blocks(DEPLOY / "requirements.lock")
    assert {name: pin for name, pin in ours.items() if whole.get(name) != pin} == {}
    assert {"aiohttp", "python-telegram-bot", "psycopg-binary", "pyrage", "setuptools"} <= ours.keys()
    assert not {"pytest", "playwright", "aiogram"} & ours.keys()


def test_the_image_holds_every_room_it_needs_and_runs_as_nobody_in_particular() -> None:
    """S47: not root."""
    text = (DEPLOY / "Containerfile").read_text()
    rooms = {"bot", "dialogs", "storage", "web", "locales"}
    assert rooms == set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
