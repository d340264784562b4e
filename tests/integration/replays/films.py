"""A film whose every second has its own brightness, in segments of two seconds as `streaming`
stores them: what a picture of it was taken from can be read off the picture.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from tests.waiting import BOUND

SECONDS = 10
DARKEST, STEP = 30, 20
SIZE = (180, 320)


def brightness_at(second: float) -> int:
    return DARKEST + STEP * int(second)


def make_film(folder: Path, *, sound: bool = True) -> None:
    """`init-a.mp4` and `1.m4s` to `5.m4s`."""
    level = f"lum='{DARKEST}+{STEP}*floor(T)':cb=128:cr=128"
    picture = f"color=s={SIZE[0]}x{SIZE[1]}:r=10:d={SECONDS},geq={level}"
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture]
    if sound:
        command += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}", "-shortest"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "20"]
    command += ["-color_range", "tv", "-c:a", "aac", "-f", "hls", "-hls_time", "2"]
    command += ["-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-start_number", "1"]
    command += ["-hls_fmp4_init_filename", "init-a.mp4", "-hls_segment_filename", "%d.m4s"]
    subprocess.run([*command, "film.m3u8"], cwd=folder, check=True, timeout=BOUND)
    (folder / "film.m3u8").unlink()
