"""What the rivals ask, word for word what our form asks, and where they keep what is finished."""

import os
import sqlite3
from pathlib import Path

QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "language": ("Choose your language", ("English", "Français", "العربية", "Español")),
    "consent": (
        (
            "Welcome. It is good that you are here.\n\nVolunteers read what you tell. Telegram can see this chat, "
            "and so can anyone who holds your phone.\n\nThis is not an emergency line."
        ),
        ("I understand, I am an adult", "I am under 18", "I need help now"),
    ),
    "keep": ("May we keep what you tell us and have it read?", ("Yes", "No, thank you")),
    "age": ("How old are you?", ()),
    "country": ("Which country are you in?", ()),
    "hardest": ("What is hardest?", ("Water", "Food", "Health", "School", "Work")),
    "story": ("What happened?", ()),
    "rating": ("How much help reaches you?", ("None", "Little", "Some", "Much", "All")),
    "confirm": ("Please read it through.", ("Send", "Stop")),
}
"""Each question by its name: what is asked, and what can be chosen; nothing where it is written."""

THANKS = "Received: {number}. It is read within 7 days. Thank you."

API = os.environ.get("BENCH_API", "")
TOKEN = os.environ.get("BENCH_TOKEN", "")
FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))


def asked(name: str, answers: dict[str, str]) -> str:
    """The words of a question; the last shows what was answered."""
    text, _ = QUESTIONS[name]
    if name == "confirm":
        text += "\n\n" + "\n".join(f"{QUESTIONS[each][0]} {answer}" for each, answer in answers.items())
    return text


def after(name: str) -> str | None:
    """The question after this one; None where it was the last."""
    names = list(QUESTIONS)
    return names[names.index(name) + 1] if name != names[-1] else None


class Stories:
    """What was finished, in a SQLite table as its users would have it: library defaults, a commit each."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._connection = sqlite3.connect(folder / "stories.db")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS story (number INTEGER PRIMARY KEY, person, answers)"
        )

    def add(self, person: int, answers: dict[str, str]) -> int:
        """Keep it; its number."""
        with self._connection:
            row = self._connection.execute(
                "INSERT INTO story (person, answers) VALUES (?, ?)", (person, repr(answers))
            )
        return row.lastrowid or 0

    def people(self) -> list[int]:
        """Whose are kept."""
        return [int(person) for (person,) in self._connection.execute("SELECT person FROM story")]
