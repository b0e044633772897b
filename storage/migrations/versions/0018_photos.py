"""Photos that everybody can see with published words."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No photo was shown before."""
    op.create_index("ix_publications_pictured", "publications", ["id", "testimony", "purpose", "redaction"], unique=True)
    op.create_table(
        "pictures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("redaction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("words = 'publish' AND purpose = 'photo'", name="ck_pictures_purpose"),
        sa.CheckConstraint("(content IS NULL) = (width = 0)", name="ck_pictures_ready"),
        sa.CheckConstraint("length(content) <= 150000", name="ck_pictures_size"),
        sa.ForeignKeyConstraint(["medium"], ["media.id"], name="fk_pictures_medium_media", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["publication", "testimony", "words", "redaction"],
            ["publications.id", "publications.testimony", "publications.purpose", "publications.redaction"],
            name="fk_pictures_publication",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["testimony", "purpose"],
            ["permissions.testimony", "permissions.purpose"],
            name="fk_pictures_permission",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
        sa.UniqueConstraint("publication", name="uq_pictures_publication"),
    )
    op.create_index("ix_pictures_testimony", "pictures", ["testimony", "purpose"])
    op.create_index("ix_pictures_medium", "pictures", ["medium"])
    op.create_index("ix_pictures_ready", "pictures", ["width", "id"])


def downgrade() -> None:
    """Back: no photo is shown any more."""
    op.drop_table("pictures")
    op.drop_index("ix_publications_pictured", table_name="publications")
