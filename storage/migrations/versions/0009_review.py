"""The review: what partners, moderators and their tools need beside testimonies and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is asked of what was there before."""
    # languages side by side
    op.create_table(
        "renditions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_renditions"),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_renditions_testimony_testimonies"),
        sa.ForeignKeyConstraint(["by"], ["moderators.id"], name="fk_renditions_by_moderators"),
        sa.ForeignKeyConstraint(["accepted_by"], ["moderators.id"], name="fk_renditions_accepted_by_moderators"),
    )
    op.create_index("ix_renditions_testimony", "renditions", ["testimony"])


def downgrade() -> None:
    """What the review added goes."""
    # languages side by side
    op.drop_index("ix_renditions_testimony", "renditions")
    op.drop_table("renditions")
