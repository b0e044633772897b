"""What lies in the chats, so that it can be taken out of them; and whether she wants that."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was said before is not known: it stays in the chats."""
    op.create_table(
        "copies",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("recording", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("address", "number", name="pk_copies"),
    )
    op.create_index("ix_copies_at", "copies", ["at"])
    op.add_column("respondents", sa.Column("hides", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """What was to be taken out of a chat stays there."""
    op.execute("DELETE FROM outbox WHERE kind = 'hiding'")
    op.drop_column("respondents", "hides")
    op.drop_index("ix_copies_at", "copies")
    op.drop_table("copies")
