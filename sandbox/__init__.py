"""A pretend Telegram for newcomers and tests: Bot API server, people, faults, a clock, a chat page.

See docs/sandbox.md for what it plays and what it does not.
"""

from sandbox.clock import Clock
from sandbox.faults import Fault
from sandbox.flood import Flood
from sandbox.journal import Call
from sandbox.people import Group, Person
from sandbox.sandbox import Sandbox
from sandbox.stage import TOKEN
from sandbox.world import Message

__all__ = ["TOKEN", "Call", "Clock", "Fault", "Flood", "Group", "Message", "Person", "Sandbox"]
