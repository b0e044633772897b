"""What leaves a line in the journal: every act that shows somebody what people told, and every decision (S42)."""

import ast
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bot import team, workshop
from bot.journal import Deed
from bot.people import Role
from bot.ports import Unit
from dialogs.form import Form
from tests.deeds.stage import Stage, forms
from tests.leaving import submissions

ROOT = Path(__file__).resolve().parents[2]


def short(deed: Deed) -> str:
    """A line without ids."""
    return " ".join((deed.actor.partition(":")[0], deed.verb, deed.object.partition(":")[0]))


@dataclass
class Watch:
    """The lines that were left since it was last asked."""

    stage: Stage
    seen: int = 0

    async def lines(self) -> list[str]:
        all_lines = (await self.stage.do(lambda unit: unit.journal.read(1000)))[::-1]
        fresh, self.seen = all_lines[self.seen :], len(all_lines)
        return [short(each) for each in fresh]

    async def leaves(self, act: Awaitable[object], *lines: str) -> None:
        """This act leaves exactly these lines."""
        await act
        assert await self.lines() == list(lines)


async def test_each_act_leaves_its_line_and_no_other(stage: Stage) -> None:
    """S42: the table of who is shown what. A step of her own leaves none, a refusal one."""
    watch = Watch(stage)
    amina, binta, stranger = stage.person(1), stage.person(4), stage.person(9)
    vera, fatou = await stage.moderator(2), await stage.moderator(3, Role.FOCAL_POINT)
    await watch.lines()

    # what she does
    await watch.leaves(amina.arrives())
    await watch.leaves(amina.agrees())
    await watch.leaves(amina.says("Madagascar"))
    story = await amina.says("The school is closed.")
    await watch.leaves(amina.sends_voice())
    await watch.leaves(amina.taps("Send"), "respondent handed over testimony")
    await watch.leaves(amina.says("/mine"))
    receipt = (await stage.testimonies(1))[0].receipt
    await watch.leaves(amina.taps(receipt))
    await watch.leaves(amina.taps("See my words"), "respondent saw testimony")
    await watch.leaves(amina.says("/mydata"), "respondent saw respondent")

    # who reads
    await watch.leaves(vera.says("/queue"))
    await watch.leaves(vera.says("/next"), "moderator took testimony")
    assert vera.last.recordings, "recordings come with the card"
    await watch.leaves(vera.says("/claimed"))
    await watch.leaves(vera.taps(receipt), "moderator opened testimony")
    await watch.leaves(vera.says(f"/search {receipt}"), "moderator opened testimony")
    await watch.leaves(vera.taps("Close"))
    await watch.leaves(vera.says("/stats"))
    await watch.leaves(vera.taps("Ask a question"))
    await watch.leaves(vera.taps("Cancel"))
    await watch.leaves(amina.edits(story, "The school is closed, all of it."), "respondent amended testimony")
    await watch.leaves(vera.taps("Accept"), "moderator opened testimony")
    assert "has changed it since" in vera.sees
    await watch.leaves(vera.taps("Release"), "moderator released testimony")
    await watch.leaves(vera.says("/next"), "moderator took testimony")
    await watch.leaves(vera.taps("Accept"), "moderator accepted testimony")
    await watch.leaves(vera.taps("Undo"), "moderator undid testimony")
    await watch.leaves(vera.taps("Set aside"))
    await watch.leaves(vera.taps("Not a testimony"), "moderator set aside testimony")
    await watch.leaves(vera.taps("Undo"), "moderator undid testimony")
    await watch.leaves(vera.taps("Ask a question"))
    await watch.leaves(vera.taps("Since when"), "moderator asked back testimony")
    await watch.leaves(amina.taps("Answer"))
    await watch.leaves(amina.says("Since March."), "respondent answered testimony")
    await watch.leaves(vera.says("/next"), "moderator took testimony")
    card, accept = vera.button("Accept")
    await watch.leaves(amina.taps("Publish"), "respondent allowed publish testimony")
    await watch.leaves(amina.says("/withdraw"))
    await watch.leaves(amina.taps("Yes, withdraw it"), "respondent withdrew testimony")
    await watch.leaves(vera.taps_data(accept.data, card))

    # what only focal points see
    entered = ("respondent handed over testimony", "respondent brought into the lane testimony")
    await watch.leaves(binta.tells_privately(what="It is private"), *entered)
    await watch.leaves(vera.says("/next"))
    await watch.leaves(vera.says("/sensitive"), "address refused command")
    await watch.leaves(fatou.says("/sensitive"))
    await watch.leaves(fatou.taps("K-"), "moderator took testimony")
    [private] = await stage.testimonies(4)
    for verb in ("o", "q", "a", "u", "x"):
        forged = stage.signer.sign(2, f"r:{verb}:{private.id}:{private.version}")
        await watch.leaves(vera.taps_data(forged, 1), "address refused testimony")

    # who may not
    await watch.leaves(stranger.starts("j-wrong"), "address refused invitation")
    await watch.leaves(stranger.says("/next"), "address refused command")
    await watch.leaves(stranger.taps_data("made up", 1), "address refused button")

    # what operators do
    def here_and_now(work: Callable[[Unit], object]) -> Awaitable[object]:
        return stage.do(work)

    def exported(unit: Unit) -> object:
        return submissions(unit, "mmm", stage.now)

    await watch.leaves(stranger.tells(), "respondent handed over testimony")
    await watch.leaves(here_and_now(exported))
    await watch.leaves(stranger.says("/mine"))
    await stranger.taps((await stage.testimonies(9))[0].receipt)
    await watch.leaves(stranger.taps("Share"), "respondent allowed share testimony")
    await watch.leaves(here_and_now(exported), "operator exported testimony")
    await watch.leaves(
        here_and_now(lambda unit: team.invite(unit, "mmm", Role.LEAD, stage.now)),
        "operator invited a lead invitation",
    )
    fatous = await stage.role(3)
    await watch.leaves(
        here_and_now(lambda unit: team.remove(unit, stage.here(), fatous.id)),
        "operator released testimony",
        "operator removed moderator",
    )
    form = own_form()
    partner = await stage.do(lambda unit: unit.people.partner("mmm"))
    await watch.leaves(
        here_and_now(lambda unit: workshop.publish(unit, partner, form, {})), "operator published form"
    )
    await watch.leaves(
        here_and_now(lambda unit: workshop.withdraw(unit, partner, form.name)), "operator withdrew form"
    )

    # who leaves
    await watch.leaves(amina.says("/forget"))
    await watch.leaves(amina.taps("Erase everything"))
    await watch.leaves(amina.taps("Yes, erase it all"), "respondent left respondent")


def own_form() -> Form:
    """A form of a partner's own."""
    return replace(forms()[0], name="tale")


def test_what_people_told_is_put_into_words_in_these_places_alone() -> None:
    """S42: a new place that shows it fails here, until its act stands in the table above."""
    showing = set()
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "web").rglob("*.py")):
        names = {
            each.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module == "bot.card"
            for each in node.names
        }
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        if names & {"lines", "recordings", "attachments", "beginning", "written"} or called & {
            "retold",
            "submission",
        }:
            showing.add(path.relative_to(ROOT).as_posix())
    assert showing == {
        "bot/alike.py",  # compares them, and shows none
        "bot/chat/moderating/card.py",
        "bot/chat/moderating/looking.py",
        "bot/chat/moderating/lookalikes.py",
        "bot/chat/moderating/searching.py",
        "bot/interpreting.py",  # asks whether there are any
        "bot/leaving.py",  # counts them, and shows none
        "bot/mydata.py",
        "bot/showing.py",
        "bot/submissions.py",  # for exporting and forwarding
    }
