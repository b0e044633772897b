"""What a campaign asked for is found among what waits, and counted, without a look at a row."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UNREAD = sa.text("state IN ('received', 'in_review')")
_ASKED = sa.text("campaign <> ''")
_FIRST = ("partner", "sensitive", "received_at", "id", "state", "barred", "language", "country", "form")
_LAST = ("wants", "respondent", "claimed_until", "version")


def upgrade() -> None:
    """No row changes."""
    _anew([*_FIRST, "campaign", *_LAST])
    op.create_index(
        "ix_testimonies_campaign",
        "testimonies",
        ["campaign", "partner"],
        sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    )


def downgrade() -> None:
    """No row changes."""
    op.drop_index("ix_testimonies_campaign", "testimonies")
    _anew([*_FIRST, *_LAST])


def _anew(columns: Sequence[str]) -> None:
    op.drop_index("ix_testimonies_waiting", "testimonies")
    op.create_index(
        "ix_testimonies_waiting", "testimonies", list(columns), sqlite_where=_UNREAD, postgresql_where=_UNREAD
    )
