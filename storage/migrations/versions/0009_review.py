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
    # coding
    op.create_table(
        "frames",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_frames_partner_partners"),
        sa.PrimaryKeyConstraint("partner", "name", "version", name="pk_frames"),
    )
    current = sa.text("current")
    op.create_index(
        "ix_frames_current", "frames", ["partner"], unique=True, sqlite_where=current, postgresql_where=current
    )
    op.create_table(
        "codings",
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("coder", sa.Text(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_codings_testimony_testimonies"),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_codings_partner_partners"),
        sa.ForeignKeyConstraint(["coder"], ["moderators.id"], name="fk_codings_coder_moderators"),
        sa.PrimaryKeyConstraint("testimony", "second", name="pk_codings"),
    )
    op.create_index("ix_codings_partner", "codings", ["partner", "frame", "second", "at"])
    wanted = sa.text("open AND NOT second")
    op.create_index(
        "ix_codings_open",
        "codings",
        ["partner", "frame", "at", "testimony"],
        sqlite_where=wanted, postgresql_where=wanted
    )
    op.create_table(
        "codes",
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("coder", sa.Text(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_codes_testimony_testimonies"),
        sa.ForeignKeyConstraint(["coder"], ["moderators.id"], name="fk_codes_coder_moderators"),
        sa.PrimaryKeyConstraint("testimony", "second", "code", name="pk_codes"),
    )


def downgrade() -> None:
    """What the review added goes."""
    # languages side by side
    op.drop_index("ix_renditions_testimony", "renditions")
    op.drop_table("renditions")
    # coding
    for table in ("codes", "codings", "frames"):
        op.drop_table(table)
