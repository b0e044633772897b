"""The lines of the journal about one person are found by an index: /mydata shows them, however many there are."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """By who did something, and by what it was done to."""
    op.create_index("ix_journal_actor", "journal", ["actor"])
    op.create_index("ix_journal_object", "journal", ["object"])


def downgrade() -> None:
    """Nothing but the indexes goes."""
    op.drop_index("ix_journal_object", "journal")
    op.drop_index("ix_journal_actor", "journal")
