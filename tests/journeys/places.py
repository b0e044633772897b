"""Where an operator's bot lives: a folder, and a database of either engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from tests.journeys.operating import Shell
from tests.stores import PostgresServer


@dataclass(frozen=True, slots=True)
class Place:
    """A shell in a folder, and the address of its database."""

    shell: Shell
    url: str

    @property
    def key(self) -> Path:
        """Where its key file is."""
        return self.shell.folder / "var" / "keys" / "voices.key"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.shell.folder / "var" / "data"

    @property
    def settings(self) -> Settings:
        """The settings its commands are given."""
        return Settings(data_dir=self.data, key_file=self.key, database_url=self.url)

    def takes_key(self, key: Path) -> None:
        """Put a copy of a key file in its place."""
        self.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.key.touch(mode=0o600)
        self.key.write_bytes(key.read_bytes())


@contextmanager
def place(folder: Path, server: PostgresServer | None) -> Iterator[Place]:
    """An empty place: with a database of this server, or a SQLite file."""
    folder.mkdir(parents=True)
    if server is None:
        yield Place(Shell(folder), f"sqlite:///{folder / 'var' / 'data' / 'voices.db'}")
        return
    url = server.bare()
    yield Place(Shell(folder, {"VOICES_DATABASE_URL": url}), url)
    server.drop(url)
