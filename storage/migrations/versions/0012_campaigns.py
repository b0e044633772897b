"""Campaigns and check-ins: what is planned, asked and answered, by each person's own clock."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was asked before, and nothing is known of anybody's clock."""
    op.add_column("testimonies", sa.Column("campaign", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_respondents_partner", "respondents", ["partner", "id"])
    op.create_index("ix_publications_at", "publications", ["at", "id"])
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("planned_day", sa.Text(), server_default="", nullable=False),
        sa.Column("planned_after", sa.Text(), server_default="", nullable=False),
        sa.Column("card_address", sa.Text(), nullable=True),
        sa.Column("card_message", sa.BigInteger(), nullable=True),
        sa.Column("card_says", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_campaigns_partner_partners"),
        sa.ForeignKeyConstraint(["moderator"], ["moderators.id"], name="fk_campaigns_moderator_moderators"),
        sa.ForeignKeyConstraint(["approved_by"], ["moderators.id"], name="fk_campaigns_approved_by_moderators"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("code", name="uq_campaigns_code"),
    )
    op.create_index("ix_campaigns_approved_by", "campaigns", ["approved_by"])
    op.create_index("ix_campaigns_moderator", "campaigns", ["moderator"])
    op.create_index("ix_campaigns_partner", "campaigns", ["partner", "state"])
    op.create_table(
        "rhythms",
        sa.Column("respondent", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("quiet_begins", sa.Integer(), nullable=False),
        sa.Column("quiet_ends", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.Text(), nullable=True),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("next_day", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["respondent"], ["respondents.id"], name="fk_rhythms_respondent_respondents"),
        sa.PrimaryKeyConstraint("respondent", name="pk_rhythms"),
    )
    op.create_index("ix_rhythms_next_day", "rhythms", ["next_day"])
    op.create_table(
        "checkins",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("respondent", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("remind_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("voices", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_checkins_partner_partners"),
        sa.ForeignKeyConstraint(["respondent"], ["respondents.id"], name="fk_checkins_respondent_respondents"),
        sa.PrimaryKeyConstraint("id", name="pk_checkins"),
        sa.UniqueConstraint("campaign", "respondent", "day", name="uq_checkins_campaign_respondent_day"),
    )
    op.create_index("ix_checkins_campaign", "checkins", ["campaign", "stage"])
    op.create_index("ix_checkins_due", "checkins", ["due_at", "id"], sqlite_where=sa.text("stage = 'planned'"), postgresql_where=sa.text("stage = 'planned'"))
    op.create_index("ix_checkins_late", "checkins", ["expires_at"], sqlite_where=sa.text("stage = 'planned'"), postgresql_where=sa.text("stage = 'planned'"))
    op.create_index("ix_checkins_due_at", "checkins", ["due_at"])
    op.create_index("ix_checkins_queued", "checkins", ["campaign"], sqlite_where=sa.text("stage = 'queued'"), postgresql_where=sa.text("stage = 'queued'"))
    op.create_index("ix_checkins_remind", "checkins", ["remind_at"], sqlite_where=sa.text("remind_at IS NOT NULL"), postgresql_where=sa.text("remind_at IS NOT NULL"))
    op.create_index("ix_checkins_respondent", "checkins", ["respondent", "sent_at"])
    op.create_table(
        "offers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("testimony", sa.Text(), nullable=False),
        sa.Column("respondent", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["testimony"], ["testimonies.id"], name="fk_offers_testimony_testimonies"),
        sa.ForeignKeyConstraint(["respondent"], ["respondents.id"], name="fk_offers_respondent_respondents"),
        sa.ForeignKeyConstraint(["partner"], ["partners.id"], name="fk_offers_partner_partners"),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.UniqueConstraint("testimony", "respondent", "kind", name="uq_offers_testimony_respondent_kind"),
    )
    op.create_index("ix_offers_partner", "offers", ["partner", "read_at"])
    op.create_index("ix_offers_respondent", "offers", ["respondent"])


def downgrade() -> None:
    """Back to the review: whoever was to be asked is not."""
    op.drop_table("offers")
    op.drop_table("checkins")
    op.drop_table("rhythms")
    op.drop_table("campaigns")
    op.drop_index("ix_publications_at", "publications")
    op.drop_index("ix_respondents_partner", "respondents")
    op.drop_column("testimonies", "campaign")
