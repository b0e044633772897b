"""What each hostile workbook of the tests costs before it is refused: `python -m benchmarks.bombs`."""

import multiprocessing
import resource
import time

from dialogs.form import FormError
from dialogs.reading import guarded
from tests.dialogs.bombs import BOMBS


def measure(name: str) -> tuple[int, float, int, str]:
    """Read one bomb: its size in bytes, seconds, the reading child's peak memory in MB, and what was said."""
    kind, make, _ = BOMBS[name]
    data = make()
    began = time.monotonic()
    said = "was read"
    try:
        guarded.read_workbook(data, name="data", kind=kind)
    except FormError as error:
        said = error.issues[0].cause
    seconds = time.monotonic() - began
    return len(data), seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10, said


def main() -> None:
    """Measure every bomb in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for name, told in zip(BOMBS, pool.imap(measure, BOMBS, chunksize=1), strict=True):
            size, seconds, memory, said = told
            print(f"{name:32} {size:>10,} bytes  {seconds:6.2f} s  {memory:>4} MB  {said}")


if __name__ == "__main__":
    main()
