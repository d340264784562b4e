"""A drop that is over waits for its last hold, and the next drop of its show does not."""

from __future__ import annotations

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

STATES = "state in ('planned', 'announced', 'over', 'ended', 'cancelled')"


def upgrade() -> None:
    # A migration that waits for a lock makes every request behind it wait.
    op.execute("set lock_timeout = '3s'")
    check = op.f("ck_drop_state")
    op.drop_constraint(check, "drop", type_="check")
    op.create_check_constraint(check, "drop", STATES)
