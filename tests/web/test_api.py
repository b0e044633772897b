"""The data says what `openapi.json` says, whatever is asked; and no more than the pages show."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.web.stage import Site
from web.api import DESCRIPTION

EXAMPLES = 15
"""Questions asked of each operation; `make soak` asks far more."""


async def voices(site: Site, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await site.reads(f"/api/v1/voices{query}"))
    return found


async def test_a_voice_as_data_is_what_its_page_shows(site: Site) -> None:
    told = await site.hang("L’eau est loin.", language="fr", themes=("food", "not known to everybody"))
    [voice] = (await voices(site))["voices"]
    assert voice == {
        "id": await site.id_of(told),
        "form": "testimony",
        "language": "fr",
        "country": "MG",
        "week": "2026-11-23",
        "since": "2026-11-23",
        "themes": ["food"],
        "text": "L’eau est loin.",
        "translations": [],
        "photo": None,
    }
    assert json.loads(await site.reads(f"/api/v1/voices/{voice['id']}")) == voice


async def test_page_by_page_all_is_read_once(site: Site) -> None:
    for number in range(5):
        await site.hang(f"Voice number {number}.")
    found, after = [], ""
    while True:
        page = await voices(site, f"?limit=2{after and f'&after={after}'}")
        found += [each["text"] for each in page["voices"]]
        if not page["further"]:
            break
        after = page["further"]
    assert sorted(found) == [f"Voice number {number}." for number in range(5)]


async def test_a_question_that_means_nothing_is_refused_with_a_remedy(site: Site) -> None:
    for query, named in {
        "?limit=0": "limit",
        "?limit=101": "limit",
        "?limit=１": "limit",
        "?after=x": "after",
        "?form=x": "form",
        "?language=x": "language",
        "?q=%00": "q",
        "?q=a&q=b": "q",
        "?theme=": "theme",
    }.items():
        refused = json.loads(await site.reads(f"/api/v1/voices{query}", 400))
        assert refused["error"].startswith(f"{named}: "), query
    for none in ("%00", "x", "0" * 31):
        refused = json.loads(await site.reads(f"/api/v1/voices/{none}", 404))
        assert refused["error"] == "There is nothing here."


async def test_themes_and_regions_are_named(site: Site) -> None:
    themes = json.loads(await site.reads("/api/v1/themes"))["themes"]
    names = {each["id"]: each["names"] for each in themes}
    assert names["food"]["en"] == "Food"
    assert len(names["food"]) == 12
    regions = json.loads(await site.reads("/api/v1/regions"))["regions"]
    assert {"id": "asia", "name": "South Asia", "countries": ["IN", "BD", "NP"]} in regions


async def test_whatever_is_asked_the_answer_is_as_described(site: Site) -> None:
    """schemathesis: statuses, content types and bodies of the answers, to questions that fit and that do not."""
    for number in range(3):
        told = await site.hang(f"It is told, {number}.")
    await site.shows(told)
    url = str(site.client.make_url("/api/v1"))
    asked = await asyncio.to_thread(ask, url, EXAMPLES)
    assert {status for _, status in asked} == {200, 400, 404}
    assert len({label for label, _ in asked}) == 5


def ask(url: str, examples: int) -> set[tuple[str, int]]:
    """Ask every operation so often; which statuses each gave."""
    schema = schemathesis.openapi.from_dict(json.loads(DESCRIPTION))
    asked: set[tuple[str, int]] = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        asked |= _ask(url, examples, operation, GenerationMode.POSITIVE)
        if list(operation.iter_parameters()):
            asked |= _ask(url, examples, operation, GenerationMode.NEGATIVE)
    return asked


def _ask(url: str, examples: int, operation: Any, mode: GenerationMode) -> set[tuple[str, int]]:
    asked: set[tuple[str, int]] = set()

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def once(case: schemathesis.Case[Any]) -> None:
        response = case.call_and_validate(base_url=url)
        if mode is GenerationMode.POSITIVE:
            assert response.status_code in (200, 404), case.query
        asked.add((case.operation.label, response.status_code))

    once()
    return asked


@pytest.mark.soak
async def test_schemathesis_itself_finds_nothing(site: Site, tmp_path: Path) -> None:
    """Its command line with every check and phase, as anybody would run it."""
    for number in range(30):
        await site.hang(f"It is told, {number}.")
    await site.tick(hours=2)
    root = str(site.client.make_url("/"))
    tool = str(Path(sys.executable).with_name("schemathesis"))
    run = await asyncio.create_subprocess_exec(
        *(tool, "run", f"{root}api/v1/openapi.json", "--url", f"{root}api/v1"),
        *("--max-examples", "300", "--seed", "8", "--no-color"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,  # it leaves its notes there
    )
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()[-4000:]
