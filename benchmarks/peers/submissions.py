"""Whether others open what we export: `python -m benchmarks.peers.submissions FORM FOLDER`.

FORM is an XForm or a workbook, FOLDER what `voices export --as xform` wrote of it. ODK Web Forms and JavaRosa
open every submission as an edit, and each value they read is held against the XML. Needs node, npm and java.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from benchmarks.peers.comparing import Comparison, Tally
from benchmarks.peers.engines import Job, java_rosa, web_forms
from benchmarks.peers.gathering import gathered


def main() -> None:
    """Read the command line, run, print; the exit code says whether both read every value as it is written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.submissions", description=__doc__)
    parser.add_argument("form", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", type=Path, default=Path("var/peers"), help="where npm installs")
    options = parser.parse_args()
    form = gathered(options.form, options.form.name)
    if form is None or form.form is None:
        raise SystemExit(form.refused if form else f"{options.form} is no form")
    repeats = Comparison(form.name, form.form, Tally()).repeats
    written = {path.parent.name: path for path in sorted(options.folder.glob("*/submission.xml"))}
    jobs = [_job(form.xml, path) for path in written.values()]
    wrong = 0
    for engine in (web_forms(options.tools.resolve()), java_rosa(options.tools.resolve())):
        same = 0
        for answer in engine.play(jobs, 400):
            if "refused" in answer:
                wrong += 1
                print(f"{engine.name} refuses {answer['id']}: {answer['refused']}")
                continue
            nodes = answer["states"][0]["nodes"]
            theirs = {_plain(ref, repeats): row[3] for ref, row in nodes.items() if row[0]}
            for ref, value in _values(fromstring(written[answer["id"]].read_text("utf-8")), repeats):
                if ref in theirs and theirs[ref] != value:
                    wrong += 1
                    print(f"{engine.name} reads {theirs[ref]!r} for {ref} {value!r} in {answer['id']}")
                same += theirs.get(ref) == value
        print(f"{engine.name}: {len(jobs)} submissions, {same} values as they are written")
    raise SystemExit(bool(wrong))


def _job(xml: str, path: Path) -> Job:
    files = sorted(each.name for each in path.parent.iterdir() if each != path)
    edit = path.read_text("utf-8")
    return {"id": path.parent.name, "form": xml, "folder": ".", "steps": [], "edit": edit, "files": files}


def _values(root: Element, repeats: set[str]) -> Iterator[tuple[str, str]]:
    """Every value with its ref, an index at repeats alone; of several files of one question the first, no meta."""
    seen: dict[str, int] = {}

    def walk(element: Element, path: str, ref: str) -> Iterator[tuple[str, str]]:
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name == "meta":
                continue
            under, at = f"{path}/{name}", f"{ref}/{name}"
            seen[at] = seen.get(at, 0) + 1
            if under in repeats:
                at = f"{at}[{seen[at]}]"
            elif seen[at] > 1:
                continue
            yield from walk(child, under, at) if len(child) else [(at, child.text or "")]

    name = root.tag.rpartition("}")[2]
    yield from walk(root, f"/{name}", f"/{name}")


def _plain(ref: str, repeats: set[str]) -> str:
    """A ref without prefixes, with an index at repeats alone."""
    path = plain = ""
    for step in ref.strip("/").split("/"):
        name, _, index = step.partition("[")
        local = name.rpartition(":")[2]
        path, plain = f"{path}/{local}", f"{plain}/{local}"
        if path in repeats:
            plain = f"{plain}[{index or '1]'}"
    return plain


if __name__ == "__main__":
    main()
