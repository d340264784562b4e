"""Who keeps a place on the RTMP port."""

from __future__ import annotations

import pytest

from showfloor.streaming.pool import ConnectionPool


class Peer:
    """A connection that says when it was closed."""

    def __init__(self, pool: ConnectionPool, address: str) -> None:
        self.closed = False
        pool.add(self, address)

    def abort(self) -> None:
        self.closed = True

    def check(self) -> None: ...


@pytest.fixture
def pool() -> ConnectionPool:
    return ConnectionPool(most_publishers=2, most_strangers=6, most_strangers_per_network=4)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
def test_a_flood_of_one_network_closes_only_its_own(
    pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        evict = ConnectionPool._evict

        def evict_the_oldest(self: ConnectionPool, network: str) -> None:
            evict(self, next(iter(self._strangers.values())))

        monkeypatch.setattr(ConnectionPool, "_evict", evict_the_oldest)

    camera = Peer(pool, "192.0.2.1")
    flood = [Peer(pool, f"2001:db8::{number}") for number in range(50)]

    assert camera.closed is not guarded
    assert [peer.closed for peer in flood[-4:]] == [False] * 4
    assert [peer.closed for peer in flood].count(True) == (46 if guarded else 45)


def test_a_full_pool_closes_the_oldest_of_the_busiest_network(pool: ConnectionPool) -> None:
    camera = Peer(pool, "192.0.2.1")
    busy = [Peer(pool, "198.51.100.1") for _ in range(4)]
    other = Peer(pool, "192.0.2.2")

    late = Peer(pool, "192.0.2.3")

    assert [peer.closed for peer in busy] == [True, False, False, False]
    assert not (camera.closed or other.closed or late.closed)


def test_an_admitted_publisher_is_never_closed_for_strangers(pool: ConnectionPool) -> None:
    camera = Peer(pool, "192.0.2.1")
    assert pool.admit(camera)

    for number in range(100):
        Peer(pool, f"192.0.2.{number % 50}")

    assert not camera.closed
    assert len(pool) == 7


def test_publishers_have_a_limit_of_their_own(pool: ConnectionPool) -> None:
    first, second, third = (Peer(pool, f"192.0.2.{number}") for number in range(3))
    assert pool.admit(first) and pool.admit(second) and not pool.admit(third)

    pool.remove(first)

    assert pool.admit(third)


def test_what_is_removed_twice_or_after_eviction_changes_nothing(pool: ConnectionPool) -> None:
    peers = [Peer(pool, "192.0.2.1") for _ in range(5)]
    assert peers[0].closed

    pool.remove(peers[0])
    pool.remove(peers[1])
    pool.remove(peers[1])

    assert len(pool) == 3
