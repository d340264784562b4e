"""Number the products of each show, and let hosts switch buying by comment off.

In steps that are committed one by one, because a shelf is read and changed all the time: none of
them keeps its table locked while rows are written, looked at or indexed. Who repeats it after it
was interrupted goes on where it stopped.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

COLUMNS = (
    "alter table show add column if not exists last_item_number integer default 0 not null",
    "alter table show_product add column if not exists item_number integer",
    "alter table chat_settings add column if not exists buy_by_comment boolean default true"
    " not null",
)

# A process of the version before knows no numbers and adds products all the same. The number is
# above those that the rest of its shelf has or will get below.
NUMBER_OF_NEW = """
create or replace function show_product_number() returns trigger language plpgsql as $$
begin
  if new.item_number is null then
    update show set last_item_number = 1 + greatest(
      last_item_number, (select count(*) from show_product where show_id = new.show_id)
    )
    where id = new.show_id
    returning last_item_number into new.item_number;
  end if;
  return new;
end $$
"""
NUMBER_NEW = """
create or replace trigger show_product_numbered before insert on show_product
for each row execute function show_product_number()
"""

LEFT = "select exists (select from show_product where item_number is null)"
# A shelf has had no numbers until now: its order is the one in which a host reads it. The lock is
# the one that everybody has who changes a shelf.
NUMBER_SOME = """
with unnumbered as (
  select id from show
  where exists (select from show_product where show_id = show.id and item_number is null)
  order by id limit 200 for update
), numbered as (
  select show_id, product_id,
    row_number() over (partition by show_id order by position, product_id) as number
  from show_product
  where item_number is null and show_id in (select id from unnumbered)
), given as (
  update show_product shelf set item_number = numbered.number
  from numbered
  where shelf.show_id = numbered.show_id and shelf.product_id = numbered.product_id
  returning shelf.show_id, shelf.item_number
)
update show set last_item_number = greatest(last_item_number, last.number)
from (select show_id, max(item_number) as number from given group by show_id) last
where show.id = last.show_id
"""

UNIQUE = "uq_show_product_show_id_item_number"
IS_UNIQUE = sa.text("select exists (select from pg_constraint where conname = :name)")
RANGE = "ck_show_product_item_number"
THERE = "ck_show_product_item_number_there"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # A migration that waits for a lock makes every request behind it wait.
        op.execute("set lock_timeout = '3s'")
        for statement in (*COLUMNS, NUMBER_OF_NEW, NUMBER_NEW):
            op.execute(statement)
        while op.get_bind().execute(sa.text(LEFT)).scalar_one():
            op.execute(NUMBER_SOME)
        if not op.get_bind().execute(IS_UNIQUE, {"name": UNIQUE}).scalar_one():
            _make_unique()
        _check()
        # The next migration is the same session's.
        op.execute("reset lock_timeout")


def _make_unique() -> None:
    # It waits for older transactions, and nobody waits for it. One that was broken off has left an
    # index that is none.
    op.execute("set lock_timeout = 0")
    op.execute(f"drop index concurrently if exists {UNIQUE}")
    op.execute(f"create unique index concurrently {UNIQUE} on show_product (show_id, item_number)")
    op.execute("set lock_timeout = '3s'")
    op.execute(f"alter table show_product add constraint {UNIQUE} unique using index {UNIQUE}")


def _check() -> None:
    for name, holds in (
        (RANGE, "item_number between 1 and 9999"),
        (THERE, "item_number is not null"),
    ):
        op.execute(f"alter table show_product drop constraint if exists {name}")
        op.execute(f"alter table show_product add constraint {name} check ({holds}) not valid")
        op.execute(f"alter table show_product validate constraint {name}")
    # With a check that says so nobody looks at the rows again.
    op.execute("alter table show_product alter column item_number set not null")
    op.execute(f"alter table show_product drop constraint {THERE}")
