"""What is allowed now, and what is before everybody: no publication without a live permission."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LIVE = """
SELECT last.testimony, last.purpose, last.n FROM consents AS last
WHERE last.granted AND last.n = (
    SELECT max(each.n) FROM consents AS each
    WHERE each.testimony = last.testimony AND each.purpose = last.purpose
)
"""


def upgrade() -> None:
    """The last yes about a purpose is a permission. Whom the words of sharing named was not kept before: nobody is
    taken as named, and she is asked to look again.
    """
    with op.batch_alter_table("consents") as consents:
        consents.add_column(sa.Column("source", sa.Text(), nullable=True))
        consents.add_column(sa.Column("partners", sa.Text(), nullable=True))
    op.execute(
        "UPDATE consents SET partners = '', "
        "source = (SELECT form FROM testimonies WHERE testimonies.id = consents.testimony)"
    )
    with op.batch_alter_table("consents") as consents:
        consents.alter_column("source", existing_type=sa.Text(), nullable=False)
        consents.alter_column("partners", existing_type=sa.Text(), nullable=False)
    op.create_index("ix_testimonies_standing", "testimonies", ["id", "state", "sensitive"], unique=True)
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    permissions = op.create_table(
        "permissions",
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("consent", whole, nullable=False),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_permissions_testimony_testimonies"),
        sa.ForeignKeyConstraint(["consent"], ["consents.n"], name="fk_permissions_consent_consents"),
        sa.PrimaryKeyConstraint("testimony", "purpose", name="pk_permissions"),
        sa.UniqueConstraint("id", name="uq_permissions_id"),
    )
    op.create_index("ix_permissions_consent", "permissions", ["consent"])
    op.create_table(
        "publications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("purpose IN ('publish', 'quote')", name="ck_publications_purpose"),
        sa.CheckConstraint("state = 'accepted' AND NOT sensitive", name="ck_publications_standing"),
        sa.ForeignKeyConstraint(
            ["testimony", "purpose"],
            ["permissions.testimony", "permissions.purpose"],
            name="fk_publications_permission",
        ),
        sa.ForeignKeyConstraint(
            ["testimony", "state", "sensitive"],
            ["testimonies.id", "testimonies.state", "testimonies.sensitive"],
            name="fk_publications_standing",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.UniqueConstraint("testimony", "purpose", name="uq_publications_testimony_purpose"),
    )
    live = [
        {"testimony": row.testimony, "purpose": row.purpose, "id": _known(*row), "consent": row.n}
        for row in op.get_bind().execute(sa.text(LIVE))
    ]
    if live:
        op.bulk_insert(permissions, live)


def _known(testimony: str, purpose: str, n: int) -> str:
    """The same id wherever these rows are brought up, so that a tombstone knows it in an older backup too."""
    return hashlib.sha256(f"{testimony}:{purpose}:{n}".encode()).hexdigest()[:32]


def downgrade() -> None:
    """Nothing is before everybody; the history of what was said stays."""
    op.drop_table("publications")
    op.drop_table("permissions")
    op.drop_index("ix_testimonies_standing", "testimonies")
    with op.batch_alter_table("consents") as consents:
        consents.drop_column("partners")
        consents.drop_column("source")
