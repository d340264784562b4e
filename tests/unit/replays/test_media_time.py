"""The clock that recorded segments carry."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from showfloor.replays.adapters.media_time import first_time
from tests.integration.replays.films import make_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    # With sound ffmpeg moves the picture by an edit list, which HLS players leave out of account.
    make_film(folder, sound=False)
    return folder


def test_first_time_is_that_of_an_independent_demuxer(film: Path) -> None:
    init = (film / "init-a.mp4").read_bytes()
    for number in (1, 3, 5):
        segment = (film / f"{number}.m4s").read_bytes()
        whole = film / f"whole-{number}.mp4"
        whole.write_bytes(init + segment)
        with av.open(str(whole)) as media:
            track = media.streams.video[0]
            first = next(packet for packet in media.demux(track) if packet.pts is not None)
            assert first.pts is not None
            assert first.time_base is not None
            expected = round(first.pts * first.time_base * 90_000)

        assert first_time(init, segment[: 1 << 16]) == expected == (number - 1) * 180_000


@pytest.mark.parametrize("cut", [0, 3, 9, 30, 60, 90])
def test_broken_media_begins_at_zero(film: Path, cut: int) -> None:
    init, segment = (film / "init-a.mp4").read_bytes(), (film / "3.m4s").read_bytes()

    assert first_time(b"init", b"segment") == 0
    assert first_time(init[:cut], segment) == 0
    assert first_time(init, segment[:cut]) == 0
