"""Who reads no more, and who only knocked, go too: when a role ended, and until when a mark counts."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody noted when a role ended, or a code was tried: it counts from now."""
    op.add_column("moderators", sa.Column("left_at", sa.BigInteger(), nullable=True))
    op.add_column("marks", sa.Column("until", sa.BigInteger(), nullable=True))
    now = time.time_ns() // 1000
    op.execute(sa.text("UPDATE moderators SET left_at = :now WHERE NOT active").bindparams(now=now))
    op.execute(sa.text("UPDATE marks SET until = :now WHERE name LIKE 'tries:%'").bindparams(now=now))


def downgrade() -> None:
    """Whose chat was dropped is not known any more, here as there."""
    op.drop_column("marks", "until")
    op.drop_column("moderators", "left_at")
