"""Forms have an author's partner, drafts and an end; forms that were sent wait to be read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A published version was kept when it was published."""
    with op.batch_alter_table("forms") as forms:
        forms.add_column(sa.Column("partner", sa.Text(), nullable=True))
        forms.add_column(sa.Column("kept_at", sa.BigInteger(), nullable=True))
        forms.add_column(sa.Column("withdrawn_at", sa.BigInteger(), nullable=True))
        forms.alter_column("published_at", existing_type=sa.BigInteger(), nullable=True)
    op.execute("UPDATE forms SET kept_at = published_at")
    with op.batch_alter_table("forms") as forms:
        forms.alter_column("kept_at", existing_type=sa.BigInteger(), nullable=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["moderator"], ["moderators.id"], name="fk_uploads_moderator_moderators"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_not_before", "uploads", ["not_before"])


def downgrade() -> None:
    """Drafts go: before, there was no place for them."""
    op.drop_table("uploads")
    op.execute("DELETE FROM forms WHERE published_at IS NULL")
    with op.batch_alter_table("forms") as forms:
        forms.alter_column("published_at", existing_type=sa.BigInteger(), nullable=False)
        forms.drop_column("withdrawn_at")
        forms.drop_column("kept_at")
        forms.drop_column("partner")
