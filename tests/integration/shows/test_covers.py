"""Covers of shows: what is taken, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from PIL import Image, ImageCms

from showfloor.app.uploads import LARGEST_COVER
from showfloor.kit import ids, messages, pictures
from showfloor.kit.db import Database
from showfloor.kit.pictures import MOST_PIXELS
from showfloor.shows.adapters.covers import SHORTEST_SIDE, rewrite
from showfloor.shows.errors import CoverTooManyPixels, CoverUnreadable
from tests.people import add_floor, add_host, add_key

ORIENTATION = 0x0112
GPS = 0x8825


def picture(
    width: int = 640, height: int = 400, kind: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(written, kind, **options)
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


class Host:
    """The API of a show, as its host or as somebody else."""

    def __init__(self, client: httpx2.AsyncClient, show: str, uploads: Path) -> None:
        self.client, self.path, self.uploads = client, f"/api/v1/shows/{show}", uploads
        self.headers: dict[str, str] = {}

    async def put(
        self, data: bytes, kind: str = "image/jpeg", headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        asking = self.headers if headers is None else headers
        return await self.client.put(
            f"{self.path}/cover", content=data, headers={**asking, "Content-Type": kind}
        )

    async def state(self) -> tuple[str | None, list[str]]:
        """The show's cover, and all files among the uploads."""
        show = (await self.client.get(self.path, headers=self.headers)).json()
        return show["cover_url"], sorted(file.name for file in self.uploads.glob("**/*"))


@pytest.fixture
async def host(
    app: FastAPI, client: httpx2.AsyncClient, database: Database, tmp_path: Path
) -> Host:
    async with database.session() as session:
        floor = await add_floor(session)
        key = await add_key(session, floor.host)
    made = Host(client, ids.encode("show", floor.show.id), tmp_path / "uploads")
    made.headers = key
    return made


async def test_cover_announces_the_show_and_is_served_as_it_was_written_anew(host: Host) -> None:
    upload = picture(3000, 1500)
    answer = await host.put(upload)

    url = answer.json()["cover_url"]
    served = await host.client.get(url)
    assert answer.json()["poster_url"] == url and url.startswith("/uploads/cover-")
    assert served.headers["content-type"] == "image/jpeg"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.content != upload and opened(served.content).size == (1920, 960)


async def test_second_cover_replaces_the_first_and_its_file(host: Host) -> None:
    first = (await host.put(picture(640, 400))).json()["cover_url"]
    second = (await host.put(picture(400, 640))).json()["cover_url"]
    again = (await host.put(picture(400, 640))).json()["cover_url"]

    assert first != second == again
    assert await host.state() == (second, [second.removeprefix("/uploads/")])


async def test_removed_cover_leaves_no_file_and_removing_twice_is_fine(host: Host) -> None:
    await host.put(picture())

    answers = [
        await host.client.delete(f"{host.path}/cover", headers=host.headers) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert await host.state() == (None, [])


@pytest.mark.parametrize(
    ("make", "kind", "status", "code"),
    [
        (lambda: picture(kind="GIF", mode="P"), "image/gif", 415, "cover_type_unsupported"),
        (
            lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "image/svg+xml",
            415,
            "cover_type_unsupported",
        ),
        (lambda: picture(kind="GIF", mode="P"), "image/png", 422, "cover_unreadable"),
        (lambda: b"<html><script>alert(1)</script>", "image/jpeg", 422, "cover_unreadable"),
        (bytes, "image/jpeg", 422, "cover_unreadable"),
        (lambda: picture()[:-400], "image/jpeg", 422, "cover_unreadable"),
        (lambda: picture(319, 900), "image/jpeg", 422, "cover_too_small"),
        (lambda: picture(6000, 6000, "PNG", "1"), "image/png", 422, "cover_too_many_pixels"),
        (lambda: b"\0" * (LARGEST_COVER + 1), "image/jpeg", 413, "payload_too_large"),
    ],
    ids=["gif", "svg", "gif-as-png", "html", "nothing", "cut-off", "small", "bomb", "large"],
)
async def test_refused_cover_says_what_to_do_and_changes_nothing(
    host: Host, make: Callable[[], bytes], kind: str, status: int, code: str
) -> None:
    data = make()
    await host.put(picture())
    before = await host.state()

    answer = await host.put(data, kind)
    arabic = await host.client.put(
        f"{host.path}/cover?lang=ar",
        content=data,
        headers={**host.headers, "Content-Type": kind},
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert code not in answer.json()["detail"] and "لم ي" in arabic.json()["detail"]
    assert await host.state() == before


async def test_nobody_but_the_host_sets_or_removes_a_cover(host: Host, database: Database) -> None:
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))
    await host.put(picture())
    before = await host.state()

    answers = [
        await host.put(picture(500, 500), headers={}),
        await host.put(picture(500, 500), headers=stranger),
        await host.client.delete(f"{host.path}/cover", headers=stranger),
        await host.client.delete(f"{host.path}/cover"),
    ]

    assert [answer.status_code for answer in answers] == [401, 404, 404, 401]
    assert await host.state() == before


async def test_upload_of_a_stranger_is_refused_before_it_is_read(host: Host) -> None:
    sent = 0

    async def body() -> Any:
        nonlocal sent
        for _ in range(64):
            sent += 1
            yield b"\0" * 65536

    answer = await host.client.put(
        f"{host.path}/cover", content=body(), headers={"Content-Type": "image/jpeg"}
    )

    assert (answer.status_code, sent) == (401, 0)


def test_metadata_goes_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    upload = picture(640, 400, exif=exif)
    assert opened(upload).getexif()[ORIENTATION] == 6

    cover = opened(rewrite(upload))

    assert cover.size == (400, 640)
    assert dict(cover.getexif()) == {} and "exif" not in cover.info


def test_what_is_transparent_stands_on_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(written, "PNG")

    assert opened(rewrite(written.getvalue())).getpixel((200, 200)) == (255, 255, 255)


def test_profile_of_colours_is_applied_and_not_carried_on() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    cover = opened(rewrite(picture(icc_profile=profile)))

    assert "icc_profile" not in cover.info
    assert "icc_profile" not in opened(rewrite(picture(icc_profile=b"no profile"))).info


def test_large_photograph_is_decoded_at_a_fraction_of_its_size() -> None:
    photograph = picture(8000, 6000, quality=20)

    assert opened(rewrite(photograph)).size == (1920, 1440)


def test_without_the_limit_of_pixels_a_bomb_would_be_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = picture(6000, 6000, "PNG", "1")
    assert len(bomb) < 64 * 1024
    with pytest.raises(CoverTooManyPixels):
        rewrite(bomb)

    monkeypatch.setattr(pictures, "MOST_PIXELS", 10**9)

    assert opened(rewrite(bomb)).size == (1920, 1920)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_limits_of_a_cover_are_those_that_the_words_name(lang: str) -> None:
    assert f"{MOST_PIXELS // 1_000_000} " in messages.translate(lang, "error.cover_too_many_pixels")
    assert f"{SHORTEST_SIDE} " in messages.translate(lang, "error.cover_too_small")
    assert f"{LARGEST_COVER // 2**20} " in messages.translate(lang, "studio.cover_too_large")
    assert f"{SHORTEST_SIDE} " in messages.translate(lang, "studio.cover_hint")


def test_broken_file_of_any_kind_is_a_refusal() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = picture(kind=kind)
        for length in (1, 12, 40, len(whole) // 2):
            with pytest.raises(CoverUnreadable):
                rewrite(whole[:length])
