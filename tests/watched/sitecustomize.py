"""What Python does first in every process that a test starts by `guarding.environment`."""

from tests.guarding import guard_and_tell

guard_and_tell()
