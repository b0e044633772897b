"""Who may read what, and who writes forms: every role, said in full (S20, S22, S34)."""

from itertools import product

import pytest

from bot.people import Moderator, Role
from tests.stores import NOW

READS = {
    Role.MODERATOR: {False},
    Role.FOCAL_POINT: {False, True},
    Role.LEAD: {False},
    Role.AUTHOR: set[bool](),
}
"""Whether sensitive ones, for each role."""
WRITES = {Role.AUTHOR, Role.LEAD}


@pytest.mark.parametrize(("role", "active"), [*product(Role, (True, False))])
def test_a_role_reads_and_writes_what_is_written_here_and_nothing_once_it_has_ended(
    role: Role, active: bool
) -> None:
    held = Moderator("m", "a", "atd", role, left_at=None if active else NOW)
    for partner, sensitive in product(("atd", "omep"), (True, False)):
        may = active and partner == "atd" and sensitive in READS[role]
        assert held.may_read(partner=partner, sensitive=sensitive) is may
        assert held.leads(partner) is (active and partner == "atd" and role is Role.LEAD)
    assert held.writes_forms is (active and role in WRITES)
    assert held.reads is bool(READS[role])


def test_a_role_that_is_given_is_active() -> None:
    assert Moderator("m", "a", "atd", Role.LEAD).active
