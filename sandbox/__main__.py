"""Run the sandbox alone: `python -m sandbox --port 8081`, or one of its commands: replay, conform."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox import conformance, replay
from sandbox.flood import Flood
from sandbox.sandbox import Sandbox
from sandbox.stage import TOKEN

_COMMANDS = {"replay": replay.main, "conform": conformance.main}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A pretend Telegram on this machine.",
        epilog="Commands: replay plays a recorded run again, conform compares the sandbox with the real Bot API.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: only this machine)"
    )
    parser.add_argument("--port", type=int, default=8081, help="port, 0 takes a free one (default: 8081)")
    parser.add_argument(
        "--token", default=TOKEN, help="the bot's token, of any kind with a number before a colon"
    )
    parser.add_argument("--username", default="", help="the bot's name in links")
    parser.add_argument("--seed", type=int, default=0, help="ids and chance follow from it")
    parser.add_argument("--no-flood", action="store_true", help="never answer 429")
    parser.add_argument(
        "--jitter", type=int, default=0, help="seconds a told wait may be longer, by the seed"
    )
    parser.add_argument("--no-strict", action="store_true", help="let unknown parameters pass")
    parser.add_argument("--no-penalty", action="store_true", help="do not slow down polls of the same offset")
    parser.add_argument("--privacy", action="store_true", help="the bot is in privacy mode in groups")
    parser.add_argument("--calls-kept", type=int, default=10_000, help="how many API calls the log keeps")
    parser.add_argument("--record", type=Path, help="a new file that gets the run, to be played again")
    return parser.parse_args()


async def _run(given: argparse.Namespace) -> None:
    sandbox = Sandbox(
        given.token,
        flood=Flood(jitter=given.jitter) if not given.no_flood else False,
        strict=not given.no_strict,
        penalty=not given.no_penalty,
        privacy=given.privacy,
        seed=given.seed,
        username=given.username,
        host=given.host,
        port=given.port,
        calls_kept=given.calls_kept,
        record=given.record,
    )
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with sandbox:
        sys.stdout.write(
            f"Sandbox at {sandbox.url}\n  chat page     {sandbox.page_url}?people=Amina:fr,Rakoto:en\n"
            f"  Bot API       {sandbox.url}/bot\n  token         {sandbox.token}\n"
        )
        sys.stdout.flush()
        await stop.wait()


def main() -> int:
    """The command that is named first, or the sandbox itself."""
    command = _COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if command:
        return command(sys.argv[2:])
    try:
        asyncio.run(_run(_arguments()))
    except FileExistsError as error:
        sys.exit(f"{error.filename} is there already: give the recording another name")
    return 0


if __name__ == "__main__":
    sys.exit(main())
