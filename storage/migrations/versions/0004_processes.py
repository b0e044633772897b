"""Several processes on one PostgreSQL: who is alive and has which duty; a delivery's holder is one of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was being sent is recovered by its holder, who is gone."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("leased_until")
    open_ = sa.text("state = 'open'")
    op.create_index(
        "ix_inbox_open", "inbox", ["not_before", "update"], sqlite_where=open_, postgresql_where=open_
    )
    op.create_index("ix_pauses_until", "pauses", ["until"])


def downgrade() -> None:
    """What is being sent is no longer held by anyone: its lease is over."""
    op.drop_index("ix_pauses_until", "pauses")
    op.drop_index("ix_inbox_open", "inbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("leased_until", sa.BigInteger(), nullable=True))
    op.execute("UPDATE outbox SET leased_until = 0 WHERE state = 'sending'")
    op.drop_table("leases")
