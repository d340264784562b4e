"""Files as answers: the best packing that a browser takes, and uploads as what their name says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Router

from showfloor.kit.objects import ObjectsUnavailable
from showfloor.web.files import A_YEAR, BuiltFiles, ReplayFiles, UploadedFiles, built_file
from tests.unit.app.asgi import ask, scope


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A script as the front end's build leaves it: plain, and packed twice."""
    folder = tmp_path / "assets"
    folder.mkdir()
    for ending, text in (("", "plain"), (".gz", "gzip"), (".br", "brotli")):
        (folder / f"app-1a2b.js{ending}").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("accepted", "coding", "text"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("GZIP;q=0.5", "gzip", b"gzip"),
        ("br;q=0, gzip", "gzip", b"gzip"),
        ("br;q=0.000, gzip;q=0", None, b"plain"),
        ("br;q=0.001", "br", b"brotli"),
        ("zstd", None, b"plain"),
        ("", None, b"plain"),
        ("brotli", None, b"plain"),
    ],
)
async def test_best_coding_that_is_taken_is_sent(
    built: Path, accepted: str, coding: str | None, text: bytes
) -> None:
    app = Router([Mount("/static", BuiltFiles(directory=built))])

    answer = await ask(
        app, scope("/static/assets/app-1a2b.js", headers={"accept-encoding": accepted})
    )

    assert (answer.status, answer.body) == (200, text)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_file_with_a_hash_in_its_name_is_kept_for_a_year(built: Path) -> None:
    (built / "mark.svg").write_text("<svg/>")
    app = Router([Mount("/static", BuiltFiles(directory=built))])

    hashed = await ask(app, scope("/static/assets/app-1a2b.js"))
    plain = await ask(app, scope("/static/mark.svg"))

    assert hashed.headers["cache-control"] == A_YEAR
    assert "cache-control" not in plain.headers


async def test_browser_that_has_the_file_gets_no_content(built: Path) -> None:
    app = Router([Mount("/static", BuiltFiles(directory=built))])
    asked = {"accept-encoding": "br"}
    first = await ask(app, scope("/static/assets/app-1a2b.js", headers=asked))

    again = await ask(
        app,
        scope(
            "/static/assets/app-1a2b.js",
            headers=asked | {"if-none-match": first.headers["etag"]},
        ),
    )

    assert (again.status, again.body) == (304, b"")


async def test_etag_is_of_the_bytes_that_are_sent(built: Path) -> None:
    app = Router([Mount("/static", BuiltFiles(directory=built))])

    tags = {
        (
            await ask(app, scope("/static/assets/app-1a2b.js", headers={"accept-encoding": coding}))
        ).headers["etag"]
        for coding in ("br", "gzip", "")
    }

    assert len(tags) == 3


def test_packed_file_of_an_older_build_is_not_sent(built: Path) -> None:
    path = built / "assets" / "app-1a2b.js"
    os.utime(f"{path}.br", (1, 1))

    answer = built_file(str(path), Headers({"accept-encoding": "br, gzip"}), {})

    assert answer.headers["content-encoding"] == "gzip"


def test_file_without_packings_is_sent_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x")

    answer = built_file(
        str(tmp_path / "a.bin"), Headers({"accept-encoding": "br"}), {"Cache-Control": "no-cache"}
    )

    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_upload_is_what_its_name_says_whatever_it_looks_like(tmp_path: Path) -> None:
    (tmp_path / "mug.webp").write_text("<script>alert(1)</script>")
    app = Router([Mount("/uploads", UploadedFiles(directory=tmp_path))])

    answer = await ask(app, scope("/uploads/mug.webp"))

    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_store_without_credentials_is_not_there_for_now(tmp_path: Path) -> None:
    def refuse(path: str, method: str) -> str | None:
        raise ObjectsUnavailable("access_denied")

    files = ReplayFiles(directory=tmp_path, away=refuse)

    answer = await files.get_response("show_a/1.m4s", scope("/show_a/1.m4s"))

    assert answer.status_code == 503 and answer.headers["Cache-Control"] == "no-store"


async def test_segment_that_leaves_the_disk_while_it_is_looked_for_is_sent(
    tmp_path: Path,
) -> None:
    (tmp_path / "1.m4s").write_bytes(b"segment")

    def leave(path: str, method: str) -> str | None:
        (tmp_path / "1.m4s").unlink()
        return None

    files = ReplayFiles(directory=tmp_path, away=leave)

    assert (await files.get_response("1.m4s", scope("/1.m4s"))).status_code == 200


async def test_segment_that_comes_to_the_disk_while_it_is_looked_for_is_sent(
    tmp_path: Path,
) -> None:
    def come(path: str, method: str) -> str | None:
        (tmp_path / "1.m4s").write_bytes(b"segment")
        return None

    files = ReplayFiles(directory=tmp_path, away=come)

    assert (await files.get_response("1.m4s", scope("/1.m4s"))).status_code == 200


async def test_file_that_was_sent_is_sent_again_without_the_disk(built: Path) -> None:
    """Its name says what is in it, so nothing of it can have changed."""
    app = Router([Mount("/static", BuiltFiles(directory=built))])
    path, gzip = "/static/assets/app-1a2b.js", {"accept-encoding": "gzip"}
    first = await ask(app, scope(path, headers=gzip))
    for file in (built / "assets").iterdir():
        file.unlink()

    again = await ask(app, scope(path, headers=gzip))

    assert (again.status, again.body, again.headers) == (200, b"gzip", first.headers)
    with pytest.raises(HTTPException):
        await ask(app, scope("/static/assets/app-9z9z.js"))


async def test_part_of_a_built_file_is_sent(built: Path) -> None:
    app = Router([Mount("/static", BuiltFiles(directory=built))])
    await ask(app, scope("/static/assets/app-1a2b.js"))

    part = await ask(app, scope("/static/assets/app-1a2b.js", headers={"range": "bytes=1-2"}))

    assert (part.status, part.body) == (206, b"la")
