"""Whether ODK's own validator accepts our built-in forms, chat hints and all: `python -m benchmarks.peers.validate`.

Needs java; the validator is the one that pyxform brings along. Further forms may be named: XForms and workbooks.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.engines import JAR
from benchmarks.peers.gathering import gathered
from bot.wiring import FORMS
from dialogs.reading.xlsform import convert_builtin


def main() -> None:
    """Read the command line, run, print; the exit code says whether every form is accepted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.validate", description=__doc__)
    parser.add_argument("forms", type=Path, nargs="*", help="further forms")
    refused = 0
    for name, xml in (*builtin(), *further(parser.parse_args().forms)):
        said = validate(xml)
        refused += bool(said)
        print(f"{name}: accepted" if not said else f"{name}: refused\n{said}")
    raise SystemExit(bool(refused))


def builtin() -> Iterator[tuple[str, str]]:
    """Each built-in form's name and XForm, in all languages that are ready."""
    for path in sorted(FORMS.glob("*/*.md")):
        if path.stem == path.parent.name:
            yield path.stem, convert_builtin(path.parent)[0]


def further(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Each file's name and XForm; "" where it cannot be converted."""
    for path in paths:
        found = gathered(path, path.name)
        yield path.name, found.xml if found is not None else ""


def validate(xml: str) -> str:
    """What ODK Validate has against a form; "" where it accepts it."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".xml") as file:
        file.write(xml)
        file.flush()
        command = ("java", "-Djava.awt.headless=true", "-jar", str(JAR), file.name)
        ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    return "" if ended.returncode == 0 else (ended.stderr.strip() or ended.stdout.strip())


if __name__ == "__main__":
    main()
