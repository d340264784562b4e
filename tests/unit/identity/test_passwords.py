"""What hashing costs in the product; all other tests hash with the least that argon2id allows."""

from __future__ import annotations

from showfloor.identity.service import passwords
from tests.conftest import PRODUCT_NOBODY, PRODUCT_PASSWORDS

RFC_9106_SECOND_CHOICE = "$argon2id$v=19$m=65536,t=3,p=4$"


def test_product_hashes_as_the_rfc_recommends() -> None:
    assert PRODUCT_PASSWORDS.hash("correct horse battery").startswith(RFC_9106_SECOND_CHOICE)


def test_comparing_for_nobody_costs_as_much_as_for_somebody() -> None:
    assert PRODUCT_NOBODY.startswith(RFC_9106_SECOND_CHOICE)


def test_a_test_s_hash_is_made_with_the_same_algorithm_and_no_memory() -> None:
    assert passwords.NOBODY.startswith("$argon2id$v=19$m=8,t=1,p=1$")
