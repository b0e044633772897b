"""The review: what partners, moderators and their tools need beside testimonies and decisions."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is asked of what was there before."""


def downgrade() -> None:
    """What the review added goes."""
