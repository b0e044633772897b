"""The watch over all tests finds what slips out."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.guarding import ELSEWHERE, environment

SUITE = """
import asyncio, json, logging, socket, subprocess, sys
import pytest
from bot.chat import answering

log = logging.getLogger("voices.slip")

def hear():
    sender = {"id": 7, "is_bot": False, "first_name": "Soavina"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": sender}
    message["text"] = "It has been raining for weeks."
    answering.listen(json.dumps({"update_id": 1, "message": message}).encode(), None)

def test_a_word_that_was_said():
    hear()
    log.debug("heard: %s", "It has been raining for weeks.")

def test_a_name():
    hear()
    log.error("from Soavina")

def test_a_marked_word():
    log.info("a Canary")

def test_a_token():
    log.warning("4242:sandbox-token-no-secret")

def test_a_token_on_standard_output():
    print("123456789:" + "A" * 35)

def test_a_word_a_process_writes():
    subprocess.run([sys.executable, "-c", "import sys; print('canary', file=sys.stderr)"], check=True)

def test_another_host():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 443), timeout=1)

def test_another_hosts_name():
    async def ask():
        await asyncio.get_running_loop().getaddrinfo("voices.example", 443)
    with pytest.raises(OSError):
        asyncio.run(ask())

def test_nothing():
    hear()
    log.exception("a fault", exc_info=ValueError("It has been raining for weeks."))
    with socket.create_server(("127.0.0.1", 0)) as here:
        socket.create_connection(here.getsockname()).close()
"""


def test_what_slips_out_of_a_test_fails_it(tmp_path: Path) -> None:
    """S27, S51, S52: in a log, on an output, out of a process; and who is spoken to."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_configure\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_slips.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rE"]
    told = subprocess.run(
        command, cwd=tmp_path, env=os.environ | environment(), capture_output=True, text=True, check=False
    )
    slipped = set(re.findall(r"^ERROR test_slips.py::(\w+)", told.stdout, re.MULTILINE))
    assert slipped == set(re.findall(r"def (test_\w+)", SUITE)) - {"test_nothing"}, told.stdout
    assert "9 passed, 8 errors" in told.stdout


def test_a_process_of_a_test_reaches_nobody_else() -> None:
    """S52: the guard stands in every process that tests start, before its first line."""
    script = "import socket; socket.create_connection(('192.0.2.1', 443), timeout=1)"
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stderr.startswith(f"{ELSEWHERE}: 192.0.2.1")
    assert "ConnectionRefusedError" in told.stderr
