"""The journal only grows, and each line carries the hash that chains it to the one before."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSES = "the journal only grows"

ON_SQLITE = {
    "journal_keeps": "BEFORE UPDATE ON journal",
    "journal_holds": "BEFORE DELETE ON journal",
    # INSERT OR REPLACE drops a line without asking the trigger above
    "journal_grows": "BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE n = NEW.n)",
}


def upgrade() -> None:
    """Lines that were there carry no hash: the first one that does covers them. Numbers are given with the hash."""
    op.add_column("journal", sa.Column("hash", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for name, when in ON_SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END")
        return
    op.execute("ALTER TABLE journal ALTER COLUMN n DROP DEFAULT")
    op.execute("DROP SEQUENCE journal_n_seq")
    op.execute(
        f"CREATE FUNCTION journal_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSES}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_grows()"
    )


def downgrade() -> None:
    """Hashes go; lines stay, and the database counts them again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ON_SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER journal_grows ON journal")
        op.execute("DROP FUNCTION journal_grows()")
        op.execute("CREATE SEQUENCE journal_n_seq OWNED BY journal.n")
        op.execute("SELECT setval('journal_n_seq', (SELECT coalesce(max(n), 0) + 1 FROM journal), false)")
        op.execute("ALTER TABLE journal ALTER COLUMN n SET DEFAULT nextval('journal_n_seq')")
    with op.batch_alter_table("journal") as journal:
        journal.drop_column("hash")
