"""What forms show: the bytes of pictures, sounds and films, and the id by which Telegram has them."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from storage.isolation import house
from storage.rows import Rows, insert_once, this
from storage.sealing import HOUSE
from storage.tables import attachments, contents

FILE = "contents.file"

_ADD = insert_once(contents, contents.c.digest)
_AGAIN = sa.update(contents).where(this(contents.c.digest)).values(kept_at=sa.bindparam("at"))
_GET = sa.select(contents.c.content).where(this(contents.c.digest))
_FILE = sa.select(contents.c.file).where(this(contents.c.digest), contents.c.bot == sa.bindparam("who"))
_SENT = (
    sa.update(contents)
    .where(this(contents.c.digest))
    .values(bot=sa.bindparam("who"), file=sa.bindparam("known"))
)
_UNUSED = house(
    sa.delete(contents).where(
        contents.c.digest.in_(
            sa.select(contents.c.digest)
            .where(
                contents.c.kept_at < sa.bindparam("before"),
                contents.c.digest.not_in(sa.select(attachments.c.digest)),
            )
            .limit(sa.bindparam("most"))
        )
    ),
    "retention",
)


class Contents(Rows):
    """The Contents port."""

    __slots__ = ()

    def add(self, brought: Mapping[str, bytes], now: datetime) -> None:
        """Keep contents by their digests; one that is here already stays, and was brought once more."""
        for digest, content in brought.items():
            row = {"digest": digest, "content": content, "kept_at": now, "bot": None, "file": None}
            if not self._connection.execute(_ADD, row).rowcount:
                self._connection.execute(_AGAIN, {"this": digest, "at": now})

    def get(self, digest: str) -> bytes | None:
        """The bytes; None where no form shows them any more."""
        content: bytes | None = self._connection.execute(_GET, {"this": digest}).scalar()
        return content

    def file(self, digest: str, bot: str) -> str | None:
        """Telegram's id of it for this bot; None where it was not brought there yet."""
        file = self._connection.execute(_FILE, {"this": digest, "who": bot}).scalar()
        return None if file is None else self._seals.bytes_out(file, FILE, digest, HOUSE).decode()

    def sent(self, digest: str, bot: str, file: str | None) -> None:
        """Telegram has it under this id; None: no longer."""
        known = None if file is None else self._seals.bytes_in(file.encode(), FILE, digest, HOUSE)
        self._connection.execute(_SENT, {"this": digest, "who": bot, "known": known})

    def drop_unused(self, before: datetime, most: int = 1) -> int:
        """Drop what was brought before this and no form shows any more, at most so many (they are large) at once; how
        many.
        """
        return self._connection.execute(_UNUSED, {"before": before, "most": most}).rowcount
