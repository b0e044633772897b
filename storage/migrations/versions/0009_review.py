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
    # redacting: nothing was published before there were two people
    op.create_index("ix_moderators_person", "moderators", ["id", "address"], unique=True)
    op.add_column("testimonies", sa.Column("withheld", sa.Boolean(), server_default="0", nullable=False))
    op.drop_table("publications")
    op.drop_index("ix_testimonies_standing", "testimonies")
    op.create_index("ix_testimonies_standing", "testimonies", ["id", "state", "sensitive", "withheld"], unique=True)
    op.create_table(
        "redactions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_redactions_testimony_testimonies"),
        sa.ForeignKeyConstraint(
            ["moderator", "person"], ["moderators.id", "moderators.address"], name="fk_redactions_moderator"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_redactions"),
        sa.UniqueConstraint("testimony", "number", name="uq_redactions_testimony_number"),
    )
    op.create_index(
        "ix_redactions_standing", "redactions", ["id", "testimony", "person", "stands"], unique=True
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("redaction", sa.Text(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("redacted_by", sa.Text(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.Column("looked_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("purpose IN ('publish', 'quote')", name="ck_publications_purpose"),
        sa.CheckConstraint(
            "state = 'accepted' AND NOT sensitive AND NOT withheld AND stands", name="ck_publications_standing"
        ),
        sa.CheckConstraint("redacted_by <> looked_by", name="ck_publications_two"),
        sa.ForeignKeyConstraint(
            ["testimony", "purpose"],
            ["permissions.testimony", "permissions.purpose"],
            name="fk_publications_permission",
        ),
        sa.ForeignKeyConstraint(
            ["testimony", "state", "sensitive", "withheld"],
            ["testimonies.id", "testimonies.state", "testimonies.sensitive", "testimonies.withheld"],
            name="fk_publications_standing",
        ),
        sa.ForeignKeyConstraint(
            ["redaction", "testimony", "redacted_by", "stands"],
            ["redactions.id", "redactions.testimony", "redactions.person", "redactions.stands"],
            name="fk_publications_redaction",
        ),
        sa.ForeignKeyConstraint(
            ["moderator", "looked_by"],
            ["moderators.id", "moderators.address"],
            name="fk_publications_second",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.UniqueConstraint("testimony", "purpose", name="uq_publications_testimony_purpose"),
    )
    op.create_table(
        "looks",
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_looks_testimony_testimonies"),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_looks_partner_partners"),
        sa.ForeignKeyConstraint(["claimed_by"], ["moderators.id"], name="fk_looks_claimed_by_moderators"),
        sa.PrimaryKeyConstraint("testimony", name="pk_looks"),
    )
    op.create_index("ix_looks_partner", "looks", ["partner", "since"])
    op.execute(
        "INSERT INTO looks (testimony, partner, since) SELECT id, partner, received_at FROM testimonies"
        " WHERE state = 'accepted' AND NOT sensitive AND EXISTS (SELECT 1 FROM permissions"
        " WHERE permissions.testimony = testimonies.id AND permissions.purpose IN ('publish', 'quote'))"
    )
    # -- queue
    op.create_table(
        "filters",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["address"], ["addresses.id"], name="fk_filters_address_addresses"),
        sa.PrimaryKeyConstraint("address", "kind", "code", name="pk_filters"),
    )
    op.create_index("ix_decisions_moderator", "decisions", ["moderator", "at"])
    # -- team
    op.create_table(
        "regions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("countries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_regions"),
        sa.UniqueConstraint("name", name="uq_regions_name"),
    )
    op.create_table(
        "associations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_associations_partner_partners"),
        sa.PrimaryKeyConstraint("id", name="pk_associations"),
        sa.UniqueConstraint("partner", "name", name="uq_associations_partner_name"),
    )
    for table in ("respondents", "testimonies"):
        op.add_column(table, sa.Column("association", sa.Text(), server_default="", nullable=False))
    op.add_column("moderators", sa.Column("label", sa.LargeBinary(), nullable=True))
    op.add_column("moderators", sa.Column("languages", sa.Text(), server_default="", nullable=False))
    op.add_column("moderators", sa.Column("since", sa.BigInteger(), nullable=True))
    op.add_column("invitations", sa.Column("label", sa.LargeBinary(), nullable=True))
    # the sensitive lane
    op.add_column(
        "testimonies", sa.Column("barred", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "cases",
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("remind_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("testimony", name="pk_cases"),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_cases_testimony_testimonies"),
        sa.ForeignKeyConstraint(["holder"], ["moderators.id"], name="fk_cases_holder_moderators"),
        sa.UniqueConstraint("code", name="uq_cases_code"),
    )
    timed, unclosed = sa.text("remind_at IS NOT NULL"), sa.text("state <> 'closed'")
    op.create_index("ix_cases_remind_at", "cases", ["remind_at"], sqlite_where=timed, postgresql_where=timed)
    op.create_index("ix_cases_open", "cases", ["opened_at"], sqlite_where=unclosed, postgresql_where=unclosed)
    op.create_table(
        "case_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_steps"),
        sa.ForeignKeyConstraint(["testimony"], ["cases.testimony"], name="fk_case_steps_testimony_cases"),
        sa.ForeignKeyConstraint(["moderator"], ["moderators.id"], name="fk_case_steps_moderator_moderators"),
    )
    op.create_index("ix_case_steps_testimony", "case_steps", ["testimony"])
    op.create_table(
        "guidance",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "kind", name="pk_guidance"),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_guidance_partner_partners"),
    )
    op.execute(
        "INSERT INTO cases (testimony, code, way, state, opened_at, reminded, about, outcome, version)"
        " SELECT id, 'K-' || upper(substr(id, 1, 12)), 'herself', 'open', received_at, 0, '', '', 0 FROM testimonies"
        " WHERE sensitive AND state IN ('received', 'in_review', 'returned')"
    )
    # -- room
    op.create_table(
        "rooms",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("topics", sa.Boolean(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["address"], ["addresses.id"], name="fk_rooms_address_addresses"),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_rooms_partner_partners"),
        sa.PrimaryKeyConstraint("address", name="pk_rooms"),
    )
    op.create_table(
        "posts",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["rooms.address"], name="fk_posts_room_rooms"),
        sa.PrimaryKeyConstraint("room", "language", name="pk_posts"),
    )
    # -- loop
    op.add_column("testimonies", sa.Column("wants", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "responses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_responses"),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_responses_partner_partners"),
        sa.ForeignKeyConstraint(["moderator"], ["moderators.id"], name="fk_responses_moderator_moderators"),
    )
    op.create_index("ix_responses_partner", "responses", ["partner", "sent_at"])
    op.create_index("ix_responses_moderator", "responses", ["moderator"])


def downgrade() -> None:
    """What the review added goes."""
    # -- room; the chats of groups, and what is to be said there, go with them
    op.execute("UPDATE addresses SET person = 'room:' || id WHERE id IN (SELECT address FROM rooms)")
    for table in ("posts", "rooms"):
        op.drop_table(table)
    op.execute("DELETE FROM outbox WHERE address IN (SELECT id FROM addresses WHERE person LIKE 'room:%')")
    op.execute("DELETE FROM addresses WHERE person LIKE 'room:%'")
    # languages side by side
    op.drop_index("ix_renditions_testimony", "renditions")
    op.drop_table("renditions")
    # coding
    for table in ("codes", "codings", "frames"):
        op.drop_table(table)
    # redacting
    op.drop_table("looks")
    op.drop_table("publications")
    op.drop_table("redactions")
    op.drop_index("ix_testimonies_standing", "testimonies")
    op.drop_column("testimonies", "withheld")
    op.create_index("ix_testimonies_standing", "testimonies", ["id", "state", "sensitive"], unique=True)
    op.drop_index("ix_moderators_person", "moderators")
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
    # -- queue
    op.drop_index("ix_decisions_moderator", "decisions")
    op.drop_table("filters")
    # -- team
    op.drop_column("invitations", "label")
    for column in ("since", "languages", "label"):
        op.drop_column("moderators", column)
    for table in ("testimonies", "respondents"):
        op.drop_column(table, "association")
    op.drop_table("associations")
    op.drop_table("regions")
    # the sensitive lane; what a partner may not see, it does not find again
    op.execute("UPDATE testimonies SET state = 'set_aside', claimed_by = NULL, claimed_until = NULL WHERE barred")
    for table in ("guidance", "case_steps", "cases"):
        op.drop_table(table)
    op.drop_column("testimonies", "barred")
    # -- loop
    op.drop_table("responses")
    op.drop_column("testimonies", "wants")
