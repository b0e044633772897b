"""What the public pages show: a row for each publication, gone with it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is public already waits to be looked at, and is shown once it was."""
    op.create_table(
        "shown",
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["publications.id"], name="fk_shown_publication_publications", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publication", name="pk_shown"),
    )
    op.create_index("ix_shown_wall", "shown", ["since", "publication", "country", "language", "form"])
    op.create_index("ix_shown_counted", "shown", ["country", "form", "week"])
    op.create_index("ix_shown_rules", "shown", ["rules", "publication"])
    op.create_table(
        "shown_themes",
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["shown.publication"], name="fk_shown_themes_publication_shown", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publication", "theme", name="pk_shown_themes"),
    )
    op.create_index("ix_shown_themes_wall", "shown_themes", ["theme", "since", "publication", "country", "language", "form"])
    op.create_index("ix_shown_themes_counted", "shown_themes", ["theme", "week"])
    op.execute(
        "INSERT INTO shown (publication, rules, form, language, country, week, since, text, folded)"
        " SELECT id, '', '', '', '', '', '', '', '' FROM publications WHERE purpose = 'publish'"
    )


def downgrade() -> None:
    """It was derived: nothing is lost."""
    op.drop_table("shown_themes")
    op.drop_table("shown")
