"""Forwarding: the data servers of partners, and which testimonies are handed on there."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was handed on before."""
    op.create_table(
        "targets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_targets_partner_partners"),
        sa.PrimaryKeyConstraint("id", name="pk_targets"),
    )
    op.create_index("ix_targets_partner", "targets", ["partner"])
    op.create_table(
        "forwards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=True),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pinned", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["target"], ["targets.id"], name="fk_forwards_target_targets"),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_forwards_testimony_testimonies"),
        sa.PrimaryKeyConstraint("id", name="pk_forwards"),
        sa.UniqueConstraint("target", "testimony", name="uq_forwards_target_testimony"),
    )
    op.create_index("ix_forwards_due", "forwards", ["target", "due_at", "id"], sqlite_where=sa.text("state IN ('due', 'sending')"), postgresql_where=sa.text("state IN ('due', 'sending')"))
    op.create_index("ix_forwards_testimony", "forwards", ["testimony"])


def downgrade() -> None:
    """Back: what was handed on is known no more."""
    op.drop_table("forwards")
    op.drop_table("targets")
