"""What is asked all day of a million is found in an index: what waits, what is looked for, what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_UNREAD = sa.text("state IN ('received', 'in_review')")


def upgrade() -> None:
    """No row changes."""
    op.create_index(
        "ix_testimonies_waiting",
        "testimonies",
        [
            "partner",
            "sensitive",
            "received_at",
            "id",
            "state",
            "barred",
            "language",
            "country",
            "form",
            "wants",
            "respondent",
            "claimed_until",
            "version",
        ],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_index(
        "ix_testimonies_lane", "testimonies", ["id", "partner", "sensitive", "barred"], unique=True
    )
    op.create_index(
        "ix_testimonies_language",
        "testimonies",
        ["language", "partner", "sensitive", "state", "received_at", "country"],
    )
    op.create_index(
        "ix_testimonies_country", "testimonies", ["country", "partner", "sensitive", "state", "received_at"]
    )
    op.drop_index("ix_decisions_moderator", "decisions")
    op.create_index("ix_decisions_moderator", "decisions", ["moderator", "kind", "at", "testimony"])


def downgrade() -> None:
    """No row changes."""
    op.drop_index("ix_decisions_moderator", "decisions")
    op.create_index("ix_decisions_moderator", "decisions", ["moderator", "at"])
    for name in ("country", "language", "lane", "waiting"):
        op.drop_index(f"ix_testimonies_{name}", "testimonies")
