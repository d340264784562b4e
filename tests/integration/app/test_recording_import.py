"""`showfloor recording import`: a film becomes the whole of a show."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import imageio_ffmpeg
import pytest
from typer.testing import CliRunner, Result

from showfloor.app.cli import cli
from showfloor.app.recording_import import (
    RecordingCodecUnsupported,
    RecordingExists,
    RecordingUnreadable,
    write_recording,
)
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.errors import AppError
from showfloor.kit.recording import OpenLine, encode, read_index
from showfloor.shows import service as shows
from showfloor.shows.errors import ProductNotInShow, TooManyPins
from showfloor.shows.schemas import ShowChange
from showfloor.shows.types import Disclosure, PinPayload, RecordedPin, ShowState
from showfloor.streaming.packaging.packager import Packager
from tests.people import add_floor

Film = Callable[..., Path]
VIDEO = "-c:v libx264 -preset ultrafast -g 30 -pix_fmt yuv420p"
AUDIO = "-c:a aac -ac 1"


@pytest.fixture
def film(tmp_path: Path) -> Film:
    def make(
        name: str = "film.mp4", options: str = f"{VIDEO} {AUDIO}", *, mute: bool = False
    ) -> Path:
        target = tmp_path / name
        sound = [] if mute else ["-f", "lavfi", "-i", "sine=f=440:r=48000:d=5"]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i"]
        command += ["testsrc2=s=160x90:r=30:d=5", *sound, *options.split(), str(target)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return target

    return make


def nothing_stored(data: Path) -> bool:
    return not list(data.glob("recordings/*")) and not list(data.glob("imports/*"))


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.ts"])
def test_a_film_is_a_recording_that_plays_from_its_first_to_its_last_second(
    name: str, film: Film, tmp_path: Path
) -> None:
    data = tmp_path / "data"

    found = write_recording(film(name), data, "show_a")

    folder = data / "recordings" / "show_a"
    index = read_index(folder)
    assert index.ended
    assert abs((found.ended_at - found.began_at).total_seconds() - 5) < 0.2
    assert abs(sum(line.duration for line in index.segments) - 5000) < 100
    # ffmpeg decodes the whole of it without a word.
    whole = tmp_path / "whole.mp4"
    first = index.segments[0].init
    pieces = [folder / first, *(folder / line.name for line in index.segments)]
    whole.write_bytes(b"".join(piece.read_bytes() for piece in pieces))
    seen = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(whole), "-f", "framemd5", "-"],
        capture_output=True,
        check=True,
    )
    assert seen.stderr == b""
    frames = [line for line in seen.stdout.splitlines() if line.startswith(b"0,")]
    assert len(frames) == 150


@pytest.mark.parametrize(
    ("ago", "late"), [(timedelta(days=2), False), (timedelta(seconds=3), True)]
)
def test_a_film_was_on_when_it_was_announced_for_and_never_ends_in_the_future(
    ago: timedelta, late: bool, film: Film, tmp_path: Path
) -> None:
    announced = clock.now() - ago

    found = write_recording(film(), tmp_path / "data", "show_a", starts_at=announced)

    first = read_index(tmp_path / "data" / "recordings" / "show_a").segments[0]
    assert abs(first.start - clock.milliseconds(found.began_at)) < 100
    assert (found.began_at < announced) is late
    assert found.began_at == announced or late
    assert abs((found.ended_at - found.began_at).total_seconds() - 5) < 0.2
    assert found.ended_at <= clock.now()


def test_a_film_without_sound_is_a_recording_too(film: Film, tmp_path: Path) -> None:
    write_recording(film("mute.mp4", VIDEO, mute=True), tmp_path / "data", "show_a")

    index = read_index(tmp_path / "data" / "recordings" / "show_a")
    assert {line.codecs.count(",") for line in index.segments} == {0}


@pytest.mark.parametrize(
    ("name", "options", "refusal"),
    [
        (
            "hevc.mp4",
            f"-c:v libx265 -x265-params log-level=none {AUDIO}",
            RecordingCodecUnsupported,
        ),
        ("mp3.mp4", f"{VIDEO} -c:a libmp3lame -ar 44100", RecordingCodecUnsupported),
        ("opus.mkv", f"{VIDEO} -c:a libopus", RecordingCodecUnsupported),
    ],
)
def test_other_codecs_are_refused_and_nothing_is_stored(
    name: str, options: str, refusal: type[AppError], film: Film, tmp_path: Path
) -> None:
    with pytest.raises(refusal):
        write_recording(film(name, options), tmp_path / "data", "show_a")

    assert nothing_stored(tmp_path / "data")


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("This is not a film.")

    with pytest.raises(RecordingUnreadable):
        write_recording(text, tmp_path / "data", "show_a")

    assert nothing_stored(tmp_path / "data")


def test_what_a_camera_recorded_is_never_written_over(film: Film, tmp_path: Path) -> None:
    data = tmp_path / "data"
    index = data / "recordings" / "show_a" / "index.jsonl"
    index.parent.mkdir(parents=True)
    index.write_bytes(encode(OpenLine(0, 1.0, "ingest_1")) + b"\n")
    before = hashlib.sha256(index.read_bytes()).digest()

    with pytest.raises(RecordingExists):
        write_recording(film("other.mp4"), data, "show_a")

    assert hashlib.sha256(index.read_bytes()).digest() == before


def test_what_an_import_left_whose_show_never_ended_is_replaced(film: Film, tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_recording(film(), data, "show_a")

    write_recording(film("mute.mp4", VIDEO, mute=True), data, "show_a")

    index = read_index(data / "recordings" / "show_a")
    assert {line.codecs.count(",") for line in index.segments} == {0}


def test_an_import_that_broke_off_leaves_nothing_and_the_next_succeeds(
    film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, made = tmp_path / "data", film()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Packager, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            write_recording(made, data, "show_a")
    assert nothing_stored(data)

    write_recording(made, data, "show_a")

    assert read_index(data / "recordings" / "show_a").ended


async def test_imported_show_has_its_pins_and_what_its_host_disclosed(
    database: Database,
) -> None:
    began = clock.now()
    async with database.session() as session:
        floor = await add_floor(session)
        change = ShowChange(disclosures=[Disclosure.RECORDED_HOST])
        await shows.change_show(session, person=floor.host, show_id=floor.show.id, change=change)
        pins = [
            RecordedPin(
                product.id, began + timedelta(seconds=at), began + timedelta(seconds=at + 5)
            )
            for at, product in enumerate(floor.products[:2])
        ]
        ended = began + timedelta(seconds=20)
        await shows.end_imported(
            session,
            show_id=floor.show.id,
            began_at=began,
            ended_at=ended,
            size=(720, 1280),
            pins=pins,
        )

    async with database.session() as session:
        found = await shows.list_timeline(session, show_id=floor.show.id)
    said, *pinned = found
    assert (said.disclosure, said.end) == (Disclosure.RECORDED_HOST, ended)
    assert said.start <= began
    assert [(cue.product_id, cue.start, cue.end) for cue in pinned] == [
        (pin.product_id, pin.start, pin.end) for pin in pins
    ]
    assert all(isinstance(cue.payload, PinPayload) and cue.payload.price for cue in pinned)


@pytest.mark.parametrize(
    ("of_others", "count", "refusal"), [(True, 1, ProductNotInShow), (False, 4, TooManyPins)]
)
async def test_pins_that_no_host_could_set_are_refused_and_the_show_stays_as_it_was(
    of_others: bool, count: int, refusal: type[AppError], database: Database
) -> None:
    began = clock.now()
    async with database.session() as session:
        floor = await add_floor(session)
    product = ids.new() if of_others else floor.products[0].id
    pins = [RecordedPin(product, began, began + timedelta(seconds=5))] * count

    with pytest.raises(refusal):
        async with database.session() as session:
            await shows.end_imported(
                session,
                show_id=floor.show.id,
                began_at=began,
                ended_at=began,
                size=(720, 1280),
                pins=pins,
            )

    async with database.session() as session:
        show = await shows.get_show(session, floor.show.id)
        cues = await shows.list_timeline(session, show_id=show.id)
    assert (show.state, show.ended_at, cues) == (floor.show.state, None, [])


async def test_the_show_has_ended_when_the_command_has(
    database: Database, database_url: str, film: Film, tmp_path: Path
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    show = ids.encode("show", floor.show.id)
    environment = {"SHOWFLOOR_DATABASE_URL": database_url, "SHOWFLOOR_DATA": str(tmp_path)}

    def command(*words: str) -> Result:
        return CliRunner().invoke(cli, ["recording", *words], env=environment)

    # A command has an event loop of its own.
    done = await asyncio.to_thread(command, "import", str(film()), "--show", show)
    again = await asyncio.to_thread(command, "import", str(film("other.mp4")), "--show", show)

    assert (done.exit_code, done.stdout) == (
        0,
        "5 seconds are recorded; the worker prepares the replay.\n",
    )
    assert again.exit_code == 1
    assert "not in a state that allows this" in again.stderr
    async with database.session() as session:
        ended = await shows.get_show(session, floor.show.id)
    assert ended.state is ShowState.ENDED
    assert ended.went_live_at is not None
    assert ended.ended_at is not None
    assert abs((ended.ended_at - ended.went_live_at).total_seconds() - 5) < 0.2
    # Its pages are laid out for the picture before the first frame.
    assert ended.picture_ratio == 1.7778
