"""Verifying, a deed: whether the journal is as it was written, from its first line to its last (S42)."""

from functools import partial

from bot.journal import Chain
from bot.ports import Store, Unit

AT_ONCE = 2_000
"""Lines looked at in one transaction, so that a running bot is held up for no longer than they take."""


async def verify(store: Store, noted: str = "") -> Chain:
    """Follow the chain to its end, or to where it breaks. `noted`: a head that somebody wrote down earlier."""
    chain = Chain()
    while not chain.over and not chain.broken:
        chain = await store.transact(partial(_further, chain=chain, noted=noted))
    return chain


def _further(unit: Unit, chain: Chain, noted: str) -> Chain:
    return unit.journal.follow(chain, most=AT_ONCE, noted=noted)


def holds(chain: Chain, noted: str = "") -> bool:
    """Whether every line is as it was written, and a head that was noted is among the hashes."""
    return not chain.broken and (chain.noted or not noted)


def sentence(chain: Chain, noted: str = "") -> str:
    """What is told of it: one sentence, and the head to write down elsewhere."""
    if chain.broken and chain.found != chain.broken:
        return f"The chain breaks at line {chain.broken}: {_lines(chain.broken, chain.found - 1)} not there."
    if chain.broken:
        return (
            f"The chain breaks at line {chain.broken}: it is not what was written there, or lines before it were "
            "changed or taken out."
        )
    if noted and not chain.noted:
        return (
            f"The {chain.lines} lines hold, but the head {noted} is not among them: the end was cut off, or all of it "
            "was written anew."
        )
    if not chain.begins:
        return f"No line is chained yet ({chain.lines} are there): the next one begins the chain."
    older = f", the {chain.begins - 1} before line {chain.begins} older than it" if chain.begins > 1 else ""
    return f"The chain holds: {chain.lines} lines{older}, {chain.loose} not chained yet; its head is\n{chain.head}"


def _lines(first: int, last: int) -> str:
    return f"lines {first} to {last} are" if last > first else "it is"
