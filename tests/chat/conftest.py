"""What the tests of the chat face share: the catalogs, a key for buttons, empty databases."""

import pytest

from bot.chat.signing import Signer
from bot.words import Catalogs

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def catalogs() -> Catalogs:
    """The catalogs as they are in locales/."""
    return Catalogs.read()


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Signs buttons with a key of the tests."""
    return Signer(KEY)
