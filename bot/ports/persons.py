"""Who is who: partners, respondents, moderators, associations and regions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.people import Association, Invitation, Known, Moderator, Partner, Region, Respondent, Role
from bot.ports.common import AT_ONCE


class People(Protocol):
    """Partners, respondents, moderators, their addresses."""

    def partners(self) -> list[Partner]: ...
    def partner(self, id: str) -> Partner: ...
    def add_partner(self, partner: Partner) -> None: ...
    def save_partner(self, partner: Partner) -> None: ...
    def hold_partner(self, id: str) -> None:
        """Nobody else who holds this partner goes on until the transaction ends: who leads is counted by one alone."""
        ...

    def address_of(self, person: int) -> str | None:
        """The address id of a Telegram id, by keyed index (S4)."""
        ...

    def known(self, person: int) -> Known | None:
        """Who writes from a Telegram id, in one look; None for a stranger. Roles as they are at this tap (S22)."""
        ...

    def add_address(self, person: int, chat: int, now: datetime) -> str: ...
    def add_passer(self, person: int, chat: int, now: datetime) -> str | None:
        """An address for one word to somebody who is not kept: nobody is found by it, and it goes once that was said.
        None where a word to them waits already.
        """
        ...

    def chat(self, address: str) -> int | None:
        """The chat to write to; None when the address is gone."""
        ...

    def chats(self, addresses: Sequence[str]) -> Mapping[str, int]:
        """`chat` of several addresses; those that are gone are left out."""
        ...

    def respondent(self, id: str) -> Respondent | None: ...
    def respondent_at(self, address: str) -> Respondent | None: ...
    def add_respondent(
        self, address: str, partner: str, language: str | None, now: datetime
    ) -> Respondent: ...
    def met(self, before: datetime) -> list[Respondent]:
        """Everybody who was met before then and has not been forgotten, whoever's partner: for a breach (S46)."""
        ...

    def wrote(self, since: datetime, until: datetime) -> list[str]:
        """The respondents who wrote in that time, as far as rows still tell."""
        ...

    def save_respondent(self, respondent: Respondent) -> Respondent:
        """Write with compare-and-set on `version`; Stale when someone was faster. Returns it with the next version."""
        ...

    def moderator(self, id: str) -> Moderator | None: ...
    def moderators_at(self, address: str) -> list[Moderator]:
        """Active roles held at this address, read at each tap (S22)."""
        ...

    def moderators_of(self, partner: str) -> list[Moderator]: ...
    def add_moderator(
        self, address: str, partner: str, role: Role, language: str | None, now: datetime, label: str = ""
    ) -> Moderator: ...
    def save_moderator(self, moderator: Moderator) -> Moderator: ...
    def add_invitation(self, invitation: Invitation, code: str) -> None: ...
    def use_invitation(self, code: str, now: datetime) -> Invitation | None:
        """Use up a code: the invitation, or None where it is unknown, used or expired (S24)."""
        ...

    def everything(self, respondent: str, besides: str = "") -> dict[str, Any]:
        """All that is held about a respondent, in plain values: {table: {"columns": …, "rows": […]}}, sealed values
        opened, nothing of anybody else (S39). `besides`: the cause that is being answered, whose update is not told.
        """
        ...

    def forget(self, respondent: str, now: datetime) -> None:
        """Erase a respondent everywhere: sessions, testimonies, decisions' words, consents, media rows, deliveries,
        open inbox rows, the address unless somebody reads from it; destroy the data key; leave a keyed tombstone (S40).
        Idempotent.

        The address loses its index at once (whoever writes from there is a stranger), its chat only when no delivery
        to it is unfinished any more: the goodbye, added after this, must still reach her. `Outbox.settle` and
        `Outbox.cancel` drop an address without index when they end its last delivery.
        """
        ...

    def drop_idle(self, before: datetime, now: datetime, after: str, most: int = AT_ONCE) -> str | None:
        """Forget those of the next respondents by id who came before that time and of whom nothing else is kept (S41);
        the last id that was looked at, None where there was none left.
        """
        ...

    def drop_left(self, before: datetime, most: int = AT_ONCE) -> int:
        """Let go of the chats of those whose last role ended before that time and who are nobody else here, at most so
        many at once; how many (S41). Of their roles the bare rows stay as long as decisions name them.
        """
        ...

    def drop_bare(self, most: int = AT_ONCE) -> int:
        """Drop bare roles that nothing names any more, at most so many at once; how many (S41)."""
        ...

    def drop_strangers(self, before: datetime, after: str, most: int = AT_ONCE) -> str | None:
        """Let go of those of the next addresses by id that were made before that time and are nobody's (S41); the last
        id that was looked at, None where there was none left.
        """
        ...

    def drop_invitations(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop invitations that ended before this, at most so many at once; how many."""
        ...


class Elsewhere(Protocol):
    """Authors of what was published elsewhere: respondents without a chat, whom nobody can write to."""

    def id(self, what: str) -> str:
        """A keyed hash as an id: the same whenever the same is brought in, and it says nothing of it."""
        ...

    def left(self, id: str) -> bool:
        """Whether a respondent of this id was forgotten: what is theirs never comes in again (S40)."""
        ...

    def author(self, id: str, partner: str, language: str, now: datetime) -> Respondent:
        """The respondent of this id, made where there is none: not reachable, quiet, found by no Telegram id."""
        ...


class Associations(Protocol):
    """Local associations of the partners, and the regions in which they meet."""

    def add(self, association: Association) -> None: ...
    def save(self, association: Association) -> None:
        """Change its country or region."""
        ...

    def of(self, partner: str) -> list[Association]:
        """Those of a partner, by name."""
        ...

    def by_link(self, id: str) -> Association | None:
        """The one whose link somebody followed."""
        ...

    def regions(self) -> list[Region]:
        """All regions, by name."""
        ...

    def save_region(self, region: Region) -> None:
        """Keep a region, in the place of an earlier one of this id."""
        ...
