"""A guard before every door out of this machine, for tests and the processes they start (S52)."""

import contextlib
import ipaddress
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = "reached out to another host"
"""What a watched process writes to standard error where it tried to."""

_HERE = {"", "localhost"}


def guard(told: Callable[[str], None]) -> None:
    """From now on, for good: refuse every connection and look-up beyond this machine, and tell of it."""

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        match event, arguments:
            case ("socket.connect" | "socket.sendto", (_, (host, *_), *_)):
                pass
            case ("socket.getaddrinfo" | "socket.gethostbyname", (host, *_)):
                pass
            case _:
                return
        if not _is_here(host):
            told(str(host))
            raise ConnectionRefusedError(f"{host} is not this machine")

    sys.addaudithook(look)


def guard_and_tell() -> None:
    """The guard of a process that a test started: it tells on standard error, where the test looks."""
    guard(lambda host: print(f"{ELSEWHERE}: {host}", file=sys.stderr))


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(name)
        return address.is_loopback or address.is_unspecified
    return name in _HERE


def environment() -> dict[str, str]:
    """The variables by which a process of ours is guarded too, and logs all it may."""
    return {"PYTHONPATH": f"{ROOT / 'tests' / 'watched'}{os.pathsep}{ROOT}", "VOICES_LOG_LEVEL": "DEBUG"}
