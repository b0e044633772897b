"""Milestones: what came of a voice, day by day, for her who told it: as a page of /mine, and as news."""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest

from bot.circumstances import Circumstances
from bot.daytime import gently
from bot.linking import PAGES, read_at
from bot.ports import Unit
from bot.speech import Day, Message, Sentence
from bot.testimony import Decision, DecisionKind, State, Testimony

DECIDED = {
    DecisionKind.ACCEPT: "{day}: read, and taken up",
    DecisionKind.RETURN: "{day}: read, with a question for you",
    DecisionKind.SET_ASIDE: "{day}: read, and not used",
}

PUBLIC = {
    "publish": "{day}: published without your name",
    "quote": "{day}: free to be quoted in the report, without your name",
}

NEWS = {
    "publish": "{receipt}: it is published, without your name.\n\nThank you: others can read it now. To take it back at"
    " any time: /mine",
    "quote": "{receipt}: the report may quote it, without your name.\n\nThank you. To take that back at any time:"
    " /mine",
}
CAME = "{day}: what came of it: {did}"

_STEP = "public:"
"""Under which step she hears of it."""


def milestones(unit: Unit, testimony: Testimony, language: str) -> list[Sentence]:
    """What happened to it since it came, oldest first; a decision that was undone never was. What came of it only as
    far as it is written in her language.
    """
    decided = not_undone(unit.testimonies.decisions(testimony.id))
    happened = [(each.at, DECIDED[each.kind], "") for each in decided if each.kind in DECIDED]
    happened += [(each.at, PUBLIC[each.purpose], "") for each in unit.publications.of(testimony.id)]
    happened += [(at, CAME, did) for at, did in _came_of(unit, testimony, language)]
    ordered = sorted(happened, key=lambda each: each[0])
    return [
        Sentence(text, {"day": Day(at.date().isoformat())} | ({"did": did} if did else {}))
        for at, text, did in ordered
    ]


def _came_of(unit: Unit, testimony: Testimony, language: str) -> Iterator[tuple[datetime, str]]:
    """When its partner answered to those who spoke of it, and what was done."""
    if testimony.state is not State.ACCEPTED or testimony.sensitive:
        return
    coded = (each.code for each in unit.codings.of(testimony.id) if not each.second)
    spoke_of = {*testimony.themes, *coded}
    for response in unit.responses.sent(testimony.partner):
        heard = language in response.written and response.concerns(testimony.form, spoke_of)
        if heard and response.sent_at is not None and response.sent_at >= testimony.received_at:
            yield response.sent_at, " ".join(response.words[language].did.split())


def not_undone(decisions: list[Decision]) -> Iterator[Decision]:
    """The decisions that were not undone."""
    for decision, after in zip_longest(decisions, decisions[1:]):
        undone = after is not None and after.kind is DecisionKind.UNDO
        if decision.kind is not DecisionKind.UNDO and not undone:
            yield decision


def _where(unit: Unit, testimony: Testimony, language: str) -> str:
    """Where it is read by everybody; "" where there are no pages."""
    pages = unit.marks.get(PAGES)
    published = next((each for each in unit.publications.of(testimony.id) if each.purpose == "publish"), None)
    return read_at(pages, language, published.id) if pages and published else ""


def tell_published(unit: Unit, here: Circumstances, testimony: Testimony, purpose: str) -> None:
    """She learns that it is before everybody, where she agreed to be contacted; who asked for quiet does not (S45)."""
    her = unit.people.respondent(testimony.respondent)
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    if her is None or her.quiet or not her.reachable or "contact" not in granted:
        return
    language = her.language or testimony.language
    news = Sentence(NEWS[purpose], {"receipt": testimony.receipt})
    link = _where(unit, testimony, here.language(language)) if purpose == "publish" else ""
    more = (Sentence("It is read here: {link}", {"link": link}),) if link else ()
    message = Message(language, (news, *more), voices=(testimony.id,))
    gently(unit, here, her, message, step=f"{_STEP}{purpose}", since=testimony.received_at)


def untell_published(unit: Unit, here: Circumstances, testimony: Testimony, purpose: str) -> None:
    """She allows it no more: that it is before everybody is not said any more, where it was not yet."""
    unit.outbox.unsay(testimony.respondent, testimony.id, here.now, step=f"{_STEP}{purpose}")
