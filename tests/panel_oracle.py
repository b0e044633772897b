"""The table of change, counted a second time by a script that knows nothing of the bot: it reads the files people get
with /mydata, one a person, and imports nothing of ours.

`python tests/panel_oracle.py FOLDER REGIONS.json PARTNER FROM TO [every]`; FROM and TO are ISO 8601, TO is not in it.
It prints CSV: theme, region, better, same, worse.
"""

import csv
import json
import sys
from pathlib import Path


def main(folder: str, regions: str, partner: str, since: str, until: str, every: str = "") -> None:
    """Read, count, print."""
    region_of: dict[str, str] = {}
    for region in sorted(json.loads(Path(regions).read_text("utf-8")), key=lambda each: each["name"]):
        for country in region["countries"]:
            region_of.setdefault(country, region["id"])
    counts: dict[tuple[str, str, str], int] = {}
    for path in Path(folder).glob("*.json"):
        told = json.loads(path.read_text("utf-8"))["held"]["testimonies"]["rows"]
        latest = {}
        for row in sorted(told, key=lambda each: each["received_at"]):
            counted = (
                row["partner"] == partner
                and row["form"] == "checkin"
                and row["state"] == "accepted"
                and not row["sensitive"]
                and since <= row["received_at"] < until
            )
            if not counted:
                continue
            answers = row["words"]["answers"]
            region = region_of.get(row["country"], "")
            named = [n for n in "123" if answers.get(f"/checkin/theme_{n}")]
            said = [(answers[f"/checkin/theme_{n}"], answers.get(f"/checkin/change_{n}")) for n in named]
            for theme, how in [("", answers.get("/checkin/compared")), *said]:
                if how not in ("better", "same", "worse"):
                    continue
                if every:
                    counts[theme, region, how] = counts.get((theme, region, how), 0) + 1
                else:
                    latest[theme] = (region, how)
        for theme, (region, how) in latest.items():
            counts[theme, region, how] = counts.get((theme, region, how), 0) + 1
    table = csv.writer(sys.stdout, lineterminator="\n")
    for theme, region in sorted({(theme, region) for theme, region, _ in counts}):
        row = [counts.get((theme, region, how), 0) for how in ("better", "same", "worse")]
        table.writerow([theme, region, *row])


if __name__ == "__main__":
    main(*sys.argv[1:])
