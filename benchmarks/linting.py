"""What the linter finds in a corpus made from a seed, by script: `python -m benchmarks.linting [SEED] [TEXTS]`.

An entity counts as found where all of it is in suggested spans, whatever they are called: then hiding them hides it. A
span counts as right where it touches an entity. Names are left out: they are the moderator's work (docs/moderators.md).
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from benchmarks.corpus import KINDS, Sample, corpus
from bot.linting import Found, suggest


def measured(
    samples: Iterable[Sample],
) -> tuple[dict[str, dict[str, tuple[int, int]]], dict[str, tuple[int, int]]]:
    """By script: of each kind how many were found of how many; and how many spans were right of how many."""
    found: defaultdict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    right: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for sample in samples:
        spans = [span for span in suggest(sample.text) if span.kind is not Found.NAME]
        covered = {place for span in spans for place in range(span.start, span.end)}
        inside = {place for _, start, end in sample.entities for place in range(start, end)}
        for kind, start, end in sample.entities:
            found[sample.script][kind, covered.issuperset(range(start, end))] += 1
        for span in spans:
            right[sample.script][not inside.isdisjoint(range(span.start, span.end))] += 1
    recall = {
        script: {kind: (counts[kind, True], counts[kind, True] + counts[kind, False]) for kind in KINDS}
        for script, counts in found.items()
    }
    return recall, {script: (counts[True], counts.total()) for script, counts in right.items()}


def missed(samples: Iterable[Sample]) -> Iterable[tuple[str, str]]:
    """What was not wholly found, and what was found and is nothing: for whoever makes the linter better."""
    for sample in samples:
        spans = [span for span in suggest(sample.text) if span.kind is not Found.NAME]
        covered = {place for span in spans for place in range(span.start, span.end)}
        inside = {place for _, start, end in sample.entities for place in range(start, end)}
        for kind, start, end in sample.entities:
            if not covered.issuperset(range(start, end)):
                yield f"missed {kind}", f"{sample.text[start:end]!r} in {sample.text!r}"
        for span in spans:
            if inside.isdisjoint(range(span.start, span.end)):
                yield f"wrong {span.kind}", f"{sample.text[span.start : span.end]!r} in {sample.text!r}"


def table(
    recall: Mapping[str, Mapping[str, tuple[int, int]]], precision: Mapping[str, tuple[int, int]]
) -> str:
    """As docs/figures.md shows it, in percent."""
    rows = [f"| script | {' | '.join(KINDS)} | precision |", "|---" * (len(KINDS) + 2) + "|"]
    for script, kinds in recall.items():
        cells = [f"{100 * hit / of:.1f}" if of else "–" for hit, of in (kinds[kind] for kind in KINDS)]
        hit, of = precision[script]
        rows.append(f"| {script} | {' | '.join(cells)} | {100 * hit / of:.1f} |")
    return "\n".join(rows)


def main() -> None:
    """Print the table; with a third argument, what was missed."""
    seed, texts = (int(each) for each in (*sys.argv[1:3], *("2026", "1500")[len(sys.argv[1:3]) :]))
    samples = corpus(seed, texts)
    recall, precision = measured(samples)
    entities = sum(of for kinds in recall.values() for _, of in kinds.values())
    print(f"seed {seed}: {len(samples)} texts, {entities} entities\n\n{table(recall, precision)}")
    if len(sys.argv) > 3:
        for what, where in missed(samples):
            print(what, where)


if __name__ == "__main__":
    main()
