"""What is planted is found: an unsafe call, a key in a file, a dependency with a known vulnerability."""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.house.test_lock import PINNED

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

UNSAFE = """
import hashlib, os, pickle, random, subprocess, sqlite3, tempfile
from xml.etree import ElementTree

import yaml, requests


def harm(said: str, rows: sqlite3.Connection) -> object:
    eval(said)
    pickle.loads(said.encode())
    subprocess.run(said, shell=True)
    os.system(said)
    rows.execute(f"SELECT * FROM people WHERE name = '{said}'")
    hashlib.md5(said.encode())
    ElementTree.fromstring(said)
    yaml.load(said)
    requests.get(said, verify=False)
    os.chmod(said, 0o777)
    tempfile.mktemp()
    password = "correct horse battery staple"  # pragma: allowlist secret
    return random.random()
"""
FOUND = {
    *("S307", "S301", "S602", "S605", "S608", "S324", "S314", "S506", "S501", "S113", "S103", "S306", "S105"),
    "S311",
}
"""ruff's rules for these, which are bandit's."""

PLANTED = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "a bot token": "token = '8123456789" + ":AAF" + "x7Qm2LkVb9RtYpW4sDfGhJkZcXvBnM1aS5'",
    "a password": "password = 'Kx7" + "mQ2vT9pLw'",
    "an address with a key": "postgresql://voices:Kx7" + "mQ2vT@db.voices.org/voices",
    "a secret of a webhook": "SECRET = '9f86d081884c7d659a2f" + "eaa0c55ad015a3bf4f1b2b0b822c'",
}


def run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False)


def asked(tool: str) -> list[str]:
    """What the Makefile gives a tool."""
    found = re.search(rf"\$\(BIN\)/{tool} (.+)", (ROOT / "Makefile").read_text())
    assert found, tool
    return shlex.split(found[1])


def test_an_unsafe_call_is_found(tmp_path: Path) -> None:
    """S47: by the rules `make check` goes by, in every room the bot is made of."""
    for room in ("bot", "dialogs", "storage", "sandbox"):
        told = subprocess.run(
            [BIN / "ruff", "check", "--stdin-filename", f"{room}/planted.py", "--output-format", "json", "-"],
            cwd=ROOT,
            input=UNSAFE,
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 1
        assert {each["code"] for each in json.loads(told.stdout)} >= FOUND


@pytest.mark.parametrize("what", PLANTED)
def test_a_key_in_a_file_is_found(tmp_path: Path, what: str) -> None:
    """S47."""
    path = tmp_path / "settings.py"
    path.write_text(f"# settings\n{PLANTED[what]}\n")
    told = run(BIN / "detect-secrets-hook", *asked("detect-secrets-hook"), path)
    assert told.returncode == 1, told.stderr
    assert "Potential secrets" in told.stdout


def test_what_is_known_as_no_secret_was_looked_at() -> None:
    """S47: the baseline lists what looks like a secret and is none."""
    results = json.loads((ROOT / ".secrets.baseline").read_text())["results"]
    assert all(each["is_secret"] is False for found in results.values() for each in found)
    assert all((ROOT / name).exists() for name in results)


@contextmanager
def advisories(vulnerable: str) -> Iterator[str]:
    """The address of a service that knows of one vulnerability, as api.osv.dev answers."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = query["package"]["name"] == vulnerable
            affected = {"package": query["package"], "ranges": [], "versions": [query["version"]]}
            found = {"id": "PLANTED-1", "modified": "2026-01-01T00:00:00Z", "affected": [affected]}
            body = json.dumps({"vulns": [found]} if known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()


@pytest.mark.parametrize("package", ["aiohttp", "nothing of ours"])
def test_a_dependency_with_a_known_vulnerability_is_found(package: str) -> None:
    """S47: `make audit` asks about every pin; here a service of ours answers in place of osv.dev."""
    assert "aiohttp" in PINNED
    with advisories(package) as address:
        told = run(BIN / "pip-audit", *asked("pip-audit"), "--osv-url", address, "--progress-spinner", "off")
    assert told.returncode == int(package in PINNED), told.stderr
    assert ("PLANTED-1" in told.stdout) is (package in PINNED)
