"""Links and posters: how people come to a partner, for whoever leads its team.

What a button is about is one's own role. Verbs: i the links, i1 … further of them · ip0 … one with its code to print
"""

from base64 import b64encode
from collections.abc import Mapping

from bot import partnering, standing
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.phrases import desk, say
from bot.circumstances import tell
from bot.linking import NAME, opening
from bot.outbox import Kind
from bot.people import Moderator
from bot.posters import poster
from bot.speech import Button, Buttons, Document, Message

PAGE = 8
"""Links whose buttons stand under one message."""


def choose(act: Act) -> None:
    """Which link."""
    if (lead := _leading(act)) is None:
        return
    ways = partnering.ways(act.unit, lead.partner)
    pages = (len(ways) + PAGE - 1) // PAGE
    page = (act.tapped.number or 0) % pages
    rows = [
        (Button(way.name, f"r:ip{number}:{lead.id}", literal=True),)
        for number, way in list(enumerate(ways))[page * PAGE : (page + 1) * PAGE]
    ]
    if pages > 1:
        rows.append((Button("More", f"r:i{page + 1}:{lead.id}", domain="desk"),))
    back = Button("Back", f"r:g:{lead.id}", domain="desk")
    asked = desk(
        "Whoever follows one of these links tells for you. Tap one to get it with a code for a poster."
    )
    say(act.unit, act.here, lead, asked, Buttons((*rows, (back,))), in_place=True)


def show(act: Act) -> None:
    """The link in letters and as a code, in a message that may be passed on."""
    if (lead := _leading(act)) is None:
        return
    ways = partnering.ways(act.unit, lead.partner)
    number = act.tapped.number
    if number is None or number >= len(ways):
        choose(act)
        return
    way, bot = ways[number], act.unit.marks.get(NAME)
    link = opening(bot, way.payload) if bot else f"/start {way.payload}"
    told = desk(
        "{name}: {link}\n\nThe picture is for posters: print it as wide as your hand or wider.",
        name=way.name,
        link=link,
    )
    code = Document(f"{way.payload}.png", b64encode(poster(link, way.name)).decode())
    message = Message(act.here.language(lead.language), (told, code))
    tell(act.unit, act.here, lead.address, message, kind=Kind.MODERATION)


VERBS: Mapping[str, Handler] = {"i": choose, "ip": show}


def _leading(act: Act) -> Moderator | None:
    """The role a button names, where whoever taps has it and leads in it; else they are refused."""
    own = next((role for role in act.roles if role.id == act.which), None)
    if own is not None and own.leads(own.partner):
        return own
    standing.refuse(act.unit, act.here, act.role.address, f"moderator:{act.which}" if act.which else "links")
    say(act.unit, act.here, act.role, desk("Not found."))
    return None
