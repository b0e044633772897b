"""Values put into texts: isolated where they run against the direction of the words around them."""

from unicodedata import bidirectional


def leftward(words: str) -> bool | None:
    """Whether words run from right to left, by their first strong character; None where they have none."""
    for letter in words:
        match bidirectional(letter):
            case "L":
                return False
            case "R" | "AL":
                return True
    return None


def isolated(value: str, leftward: bool | None) -> str:
    """A value between isolating marks, where it holds letters that run against the words around it."""
    against = {"L"} if leftward else {"R", "AL"}
    if any(bidirectional(letter) in against for letter in value):
        return f"\N{FIRST STRONG ISOLATE}{value}\N{POP DIRECTIONAL ISOLATE}"
    return value
