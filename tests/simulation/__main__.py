"""`make soak SEED=…`: play one seed and tell its story."""

import sys

from tests.simulation.simulation import simulate
from tests.simulation.test_simulation import STEPS

if __name__ == "__main__":
    print(simulate(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else STEPS, aloud=print))
