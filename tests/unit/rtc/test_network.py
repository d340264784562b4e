"""How a camera's network is told to its host."""

from __future__ import annotations

from showfloor.kit import publishing
from showfloor.kit.publishing import LONGEST_JITTER_MS, Network
from showfloor.rtc.inside import Received
from showfloor.rtc.network import NetworkMeter


def test_loss_is_of_the_last_seconds() -> None:
    meter = NetworkMeter(90_000)
    for second in range(20):
        lost = max(0, 10 * (second - 9)) if second < 15 else 50
        network = meter.read(Received(100 * second, 100 * second - lost, 900))
        if second == 14:
            assert network == Network(0.1, 10)

    assert network == Network(0.0, 10)


def test_retransmissions_are_no_negative_loss() -> None:
    meter = NetworkMeter(90_000)
    meter.read(Received(0, 0, 0))

    assert meter.read(Received(100, 130, 0)).loss == 0.0
    assert NetworkMeter(90_000).read(Received(0, 0, 0)).loss == 0.0


def test_figures_of_no_sense_stay_in_their_bounds() -> None:
    # The first packets of a source may have any time stamps.
    meter = NetworkMeter(90_000)
    meter.read(Received(0, 0, 0))
    network = meter.read(Received(100, -50, 1 << 40))

    assert network == Network(1.0, LONGEST_JITTER_MS)
    assert publishing.read(publishing.write_network(network)) == network
