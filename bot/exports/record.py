"""What is remembered of an export: for whom, what, by whom, when, how much, and its last day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

XFORM = "xform"
"""The one kind that is not made of rows: what people answered, as ODK's tools take it."""

KINDS: Mapping[str, str] = {
    "csv": "a table as CSV, for any program",
    "xlsx": "a workbook for Excel and LibreOffice",
    "jsonl": "JSON Lines, a voice a line, for programs",
    "geojson": "GeoJSON for maps: each voice at the point that stands for its country",
    "hxl": "CSV with the hashtags of the Humanitarian Exchange Language",
    "coda": "messages and the code scheme for Coda",
    "redcross": "a feedback log for the Red Cross feedback toolbox, and its coding framework",
    XFORM: "a folder for each voice with its submission for ODK's tools, and its recordings",
}
"""The kinds of files, and what each is."""


@dataclass(frozen=True, slots=True)
class Export:
    """Files a partner took out. `kind`: of KINDS. `actor`: as in the journal. `expires_at`:
    by then every copy of it must be destroyed.
    """

    id: str
    partner: str
    form: str
    kind: str
    actor: str
    made_at: datetime
    expires_at: datetime
    count: int = 0
