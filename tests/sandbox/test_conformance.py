"""The sandbox compared with a recording of an API: with itself there is no difference, a planted one is found."""

import asyncio
import sys
from pathlib import Path

import pytest

from sandbox import Clock, Sandbox
from sandbox.__main__ import main
from sandbox.conformance import CALLS, Caller, compared, gaps
from sandbox.recording import Recording
from tests.sandbox.bots import Json
from tests.sandbox.test_recording import MORNING, asking, tells, working


@pytest.fixture
async def lines() -> list[Json]:
    """A recording made by the command's calls, of a sandbox in which much was said before."""
    async with Sandbox("777:another-bot", flood=False, seed=9) as sandbox:
        sandbox.crowd(3)
        amina = sandbox.person("Amina", username="amina_r", started=True)
        for _ in range(5):
            await amina.says("before")
        return await Caller(sandbox.url, sandbox.token, amina.id, 0).run()


async def test_the_sandbox_is_like_itself_whoever_speaks_and_whatever_the_ids(lines: list[Json]) -> None:
    recording = Recording(lines[0], lines[1:])
    assert len(recording.calls) == len(CALLS) + 1
    assert {line["code"] for line in recording.calls} == {200, 400, 404}
    assert await compared(recording) == []


@pytest.mark.parametrize(
    ("method", "plant", "told"),
    [
        ("sendMessage", {"result": {"views": 3}}, "sendMessage: answer.result.views is missing"),
        ("sendMessage", {"result": {"date": "soon"}}, "sendMessage: answer.result.date was a text, is a number"),
        ("getFile", {"ok": False}, "getFile: answer.ok was False, is True"),
        ("answerCallbackQuery", {"description": "No"}, "answer.description was 'No', is 'Bad Request: query"),
    ],
)  # fmt: skip
async def test_a_planted_difference_is_found(lines: list[Json], method: str, plant: Json, told: str) -> None:
    line = next(line for line in lines[1:] if line["method"] == method)
    for name, value in plant.items():
        inner = line["answer"].get(name)
        line["answer"][name] = inner | value if isinstance(inner, dict) else value
    (found,) = await compared(Recording(lines[0], lines[1:]))
    assert found.startswith(f"call {line['seq']}, {method}: ")
    assert told in found


def test_words_and_marks_count_and_what_is_a_persons_own_does_not() -> None:
    was = {
        "text": "a",
        "entities": [{"type": "bold", "offset": 0, "length": 1}],
        "from": {"id": 1, "bio": "x"},
    }
    now = {"text": "b", "entities": [], "from": {"id": 2, "username": "y"}}
    assert list(gaps(was, now)) == ["answer.text was 'a', is 'b'", "answer.entities had 1 items, has 0"]


async def test_a_run_of_the_sandbox_can_be_compared_too(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with (
        Sandbox(clock=Clock(MORNING, running=False), record=path) as sandbox,
        working(sandbox, asking("Well?")),
    ):
        await tells(sandbox)
    assert await compared(Recording.read(path)) == []


async def test_the_command_records_and_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conform(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sandbox", "conform", *arguments])
        try:
            code = await asyncio.to_thread(main)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, "".join(capsys.readouterr())

    path = tmp_path / "real.jsonl"
    async with Sandbox(flood=False) as sandbox:
        amina = sandbox.person("Amina", started=True)
        where = ("--api", sandbox.url, "--token", sandbox.token, "--pause", "0")
        code, out = await conform(*where, "--chat", str(amina.id))
        assert (code, sandbox.token in out) == (0, False)
        assert amina.chat
        assert all(message.deleted for message in amina.chat)
        code, words = await conform(*where, "--chat", "5")
        assert (code, "knows no chat 5" in words) == (2, True)
    path.write_text(out)
    count = len(CALLS) + 1
    assert await conform(str(path)) == (0, f"{count} calls, 0 differences\n")
    path.write_text(out.replace('"error_code": 404', '"error_code": 418'))
    told = (
        f"call {count - 1}, noSuchMethod: answer.error_code was 418, is 404\n{count} calls, 1 differences\n"
    )
    assert await conform(str(path)) == (1, told)
