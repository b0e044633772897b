"""Translations of what is public: what everybody may read of them, and which of them wait for a second reader."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are none yet."""
    op.create_table(
        "shown_translations",
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["shown.publication"], name="fk_shown_translations_publication_shown", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publication", "language", name="pk_shown_translations"),
    )
    op.create_index("ix_renditions_waiting", "renditions", ["at", "id"], sqlite_where=sa.text("kind = 'public' AND accepted_by IS NULL"), postgresql_where=sa.text("kind = 'public' AND accepted_by IS NULL"))


def downgrade() -> None:
    """Back: what was put into other languages goes, as no earlier version knows what it is."""
    op.drop_index("ix_renditions_waiting", "renditions")
    op.drop_table("shown_translations")
    op.execute("DELETE FROM renditions WHERE kind IN ('public', 'draft')")
