"""JSON in three kinds: a voice a line, GeoJSON (RFC 7946) of countries, and a dataset of messages as Coda takes it.

Texts are whole, in no need of an apostrophe; they are written as they are read, in their own script.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from bot.codebook import to_coda
from bot.exports.columns import Row, Table
from bot.exports.files import opened, written
from bot.zones import point

ORIGIN = {"OriginID": "voices", "Name": "Voices", "OriginType": "Manual"}
"""Who gave a code, as Coda wants it said: people of a partner, and never which (S21)."""


class _Listed:
    """A list of objects that is written one by one, between a head and a foot."""

    def __init__(self, path: Path, head: str, foot: str) -> None:
        self._file = opened(path)
        self._foot = foot
        self._file.write(head.encode())
        self._before = "\n"

    def add(self, what: object) -> None:
        self._file.write((self._before + _dumped(what)).encode())
        self._before = ",\n"

    def close(self) -> None:
        self._file.write(self._foot.encode())
        self._file.close()


class Lines:
    """Voices as JSON Lines."""

    def __init__(self, table: Table, folder: Path) -> None:
        self._table = table
        self._file = opened(folder / "voices.jsonl")

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices."""
        for row in rows:
            self._file.write(_dumped(self._table.plain(row)).encode() + b"\n")

    def close(self) -> None:
        """No more come."""
        self._file.close()


class GeoJson:
    """Voices at the point that stands for their country, one and the same for all who speak of it, in whole degrees;
    at none where the country is not known. No position of anybody is in it.
    """

    def __init__(self, table: Table, folder: Path) -> None:
        self._table = table
        self._list = _Listed(folder / "voices.geojson", '{"type":"FeatureCollection","features":[', "\n]}\n")

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices."""
        for row in rows:
            at = point(row.country)
            where = {"type": "Point", "coordinates": [at[1], at[0]]} if at else None
            properties = self._table.plain(row)
            self._list.add({"type": "Feature", "id": row.id, "geometry": where, "properties": properties})

    def close(self) -> None:
        """No more come."""
        self._list.close()


class Coda:
    """What people wrote as messages to be coded, one for each text, with the codes of the voice as labels; beside it
    the code scheme (github.com/AfricasVoices/CodaV2, docs/data_formats.md).

    Coda counts the messages itself as they are added. Of a day it wants the time: it is midnight (S6).
    """

    def __init__(self, table: Table, folder: Path) -> None:
        self._table = table
        scheme = to_coda(table.frame)
        self._scheme = str(json.loads(scheme)["SchemeID"])
        self._known = {code.id for code in table.frame.codes}
        written(folder / "scheme.json", scheme.encode())
        self._list = _Listed(folder / "messages.json", "[", "\n]\n")

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices."""
        for row in rows:
            at = f"{row.day}T00:00:00Z"
            labels = [
                {
                    "SchemeID": self._scheme,
                    "CodeID": code,
                    "DateTimeUTC": at,
                    "Checked": False,
                    "Origin": ORIGIN,
                }
                for code in row.themes
                if code in self._known
            ]
            for path, words in self._table.texts(row):
                self._list.add(
                    {
                        "MessageID": f"{row.id}:{path}",
                        "Text": words,
                        "CreationDateTimeUTC": at,
                        "Labels": labels,
                    }
                )

    def close(self) -> None:
        """No more come."""
        self._list.close()


def _dumped(what: object) -> str:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"))
