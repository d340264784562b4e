"""Requests to addresses that others typed, against a server that fails in every way."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from showfloor.kit.outbound import Outbound, OutboundFailed, Reason
from tests import receiver as behaviours
from tests.certificates import certificate_for
from tests.receiver import Behaviour, Receiver, answer, receiver
from tests.waiting import BOUND

LOCAL = Outbound(local=True)


async def fetch(
    outbound: Outbound, url: str, *, seconds: float = BOUND, most: int = 1 << 16
) -> bytes:
    async with outbound.open("POST", url, seconds=seconds, content=b"{}") as given:
        assert given.status == 200
        return await given.read(most)


async def refusal(outbound: Outbound, url: str, **limits: Any) -> Reason:
    with pytest.raises(OutboundFailed) as failed:
        await fetch(outbound, url, **limits)
    return failed.value.reason


async def test_an_answer_arrives_with_its_head_and_its_body() -> None:
    async with receiver() as other:
        other.always = answer(200, {"ETag": '"1"'}, b"taken")
        async with LOCAL.open(
            "POST", other.url, seconds=BOUND, headers={"X-Test": "1"}, content=b"{}"
        ) as given:
            body = await given.read(100)

    assert (given.status, given.headers["etag"], body) == (200, '"1"', b"taken")
    (heard,) = other.heard
    assert (heard.method, heard.path, heard.body) == ("POST", "/hooks", b"{}")
    assert heard.headers["host"] == f"localhost:{other.port}"
    assert heard.headers["x-test"] == "1"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hooks",
        "https://shop.example:8443/hooks",
        "https://user:secret@shop.example/",
        "https://shop.example:443\\@inside.example:22/",
        " https://shop.example/",
        "ftp://shop.example/",
        "https:///hooks",
        "https://shop.example:port/",
        "https://[::1/",
        "https://0177.0.0.1/",
        "file:///etc/passwd",
        "",
        "https://shop.example/" + "x" * 2000,
    ],
)
async def test_only_https_on_its_own_port_is_ever_called(url: str) -> None:
    assert await refusal(Outbound(), url) == Reason.URL_INVALID


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "0"),
        *("10.0.0.1", "169.254.169.254", "[fe80::1]", "[::ffff:127.0.0.1]", "[64:ff9b::a00:1]"),
    ],
)
async def test_a_machine_inside_is_refused_before_anything_is_connected(host: str) -> None:
    assert await refusal(Outbound(), f"https://{host}/") == Reason.ADDRESS_FORBIDDEN


async def test_without_the_check_the_same_machine_is_called(tmp_path: Path) -> None:
    """The twin: what refuses above is the check, not a server that is not there."""
    certificate, context = certificate_for("localhost", tmp_path)
    tls = ssl.create_default_context(cafile=certificate)
    async with receiver(context) as other:
        other.always = answer(200, body=b"inside")
        assert await fetch(Outbound(local=True, tls=tls), other.url) == b"inside"
        assert await refusal(Outbound(tls=tls), other.url.replace(f":{other.port}", "")) == (
            Reason.ADDRESS_FORBIDDEN
        )

    assert other.connections == 1


async def test_a_name_is_resolved_once_and_the_connection_goes_where_it_led(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that answers differently the second time finds nobody who asks."""
    async with receiver() as other:
        asked: list[str] = []

        def resolve(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
            asked.append(host)
            first = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (first, port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        other.always = answer(200)
        await fetch(LOCAL, other.url.replace("localhost", "rebinds.example"))

    assert asked == ["rebinds.example"]
    assert other.heard[0].headers["host"] == f"rebinds.example:{other.port}"


async def test_an_address_that_does_not_answer_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with receiver() as other:
        addresses = ["127.0.0.9", "127.0.0.1"]

        def resolve(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        other.always = answer(200, body=b"second")
        assert await fetch(LOCAL, other.url) == b"second"


async def test_the_only_address_is_tried_once() -> None:
    """A server that ends each connection before TLS has begun."""
    tried = 0

    def end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tried
        tried += 1
        writer.close()

    async with await asyncio.start_server(end, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await refusal(LOCAL, f"https://127.0.0.1:{port}/")

    assert tried == 1


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with receiver() as inside, receiver() as other:
        other.always = answer(302, {"Location": inside.url})
        async with LOCAL.open("GET", other.url, seconds=BOUND) as given:
            assert given.status == 302

    assert inside.connections == 0


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (behaviours.close, Reason.BROKEN),
        (behaviours.reset, Reason.BROKEN),
        (behaviours.stop_in_the_head, Reason.BROKEN),
        (behaviours.stop_in_the_body, Reason.BROKEN),
        (behaviours.talk_nonsense, Reason.BROKEN),
        (behaviours.never_stop, Reason.TOO_LARGE),
    ],
)
async def test_whatever_the_other_side_does_has_a_name(
    behaviour: Behaviour, reason: Reason
) -> None:
    async with receiver() as other:
        other.always = behaviour
        assert await refusal(LOCAL, other.url) == reason


async def test_an_answer_that_never_comes_ends_with_the_time_for_it() -> None:
    async with receiver() as other:
        other.always = behaviours.hang
        assert await refusal(LOCAL, other.url, seconds=0.2) == Reason.TIMED_OUT


async def test_a_failure_of_the_reader_stays_its_own() -> None:
    async with receiver() as other:
        other.always = answer(200, body=b"x" * 10)
        with pytest.raises(OSError, match="disk full"):
            async with LOCAL.open("GET", other.url, seconds=BOUND) as given:
                async for _ in given.chunks(100):
                    raise OSError("disk full")


async def test_a_port_where_nobody_listens_is_out_of_reach() -> None:
    async with receiver() as other:
        url = other.url
    assert await refusal(LOCAL, url) == Reason.UNREACHABLE
    assert await refusal(LOCAL, "http://no-such-host.invalid/") == Reason.NAME_UNKNOWN


async def test_a_certificate_has_to_be_believed_and_to_have_the_name(tmp_path: Path) -> None:
    certificate, context = certificate_for("localhost", tmp_path)
    believes = Outbound(local=True, tls=ssl.create_default_context(cafile=certificate))
    async with receiver(context) as other:
        other.always = answer(200, body=b"safe")
        assert await fetch(believes, other.url) == b"safe"
        assert await refusal(LOCAL, other.url) == Reason.TLS_FAILED
        by_address = other.url.replace("localhost", "127.0.0.1")
        assert await refusal(believes, by_address) == Reason.TLS_FAILED

    assert len(other.heard) == 1


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy: Receiver
    async with receiver() as proxy, receiver() as other:
        monkeypatch.setenv("http_proxy", proxy.url)
        other.always = answer(200)
        await fetch(LOCAL, other.url)

    assert proxy.connections == 0


async def followed(outbound: Outbound, url: str, *, seconds: float = BOUND) -> tuple[int, bytes]:
    async with outbound.follow(url, seconds=seconds, headers={"If-None-Match": '"1"'}) as given:
        return given.status, await given.read(1 << 16)


def leads(to: str, status: int = 302) -> Behaviour:
    return answer(status, {"Location": to})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_where_that_is_asked_for(status: int) -> None:
    async with receiver() as other:
        other.next.extend([leads("/there", status), answer(200, {}, b"here")])

        assert await followed(LOCAL, other.url) == (200, b"here")

    assert [heard.path for heard in other.heard] == ["/hooks", "/there"]
    assert {heard.headers["if-none-match"] for heard in other.heard} == {'"1"'}


async def test_five_redirects_are_followed_and_no_sixth() -> None:
    async with receiver() as other:
        other.next.extend([leads("/on")] * 5)
        assert (await followed(LOCAL, other.url))[0] == 204
        other.heard.clear()
        other.always = leads("/on")

        assert (await followed(LOCAL, other.url))[0] == 302

    assert len(other.heard) == 6


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://shop.example/a", "http://user:word@localhost/"]
)
async def test_a_redirect_to_what_is_never_called_ends_there(to: str) -> None:
    async with receiver() as other:
        other.always = leads(to)
        with pytest.raises(OutboundFailed) as failed:
            await followed(LOCAL, other.url)

    assert failed.value.reason is Reason.URL_INVALID
    assert len(other.heard) == 1


class _OutsideFirst(Outbound):
    """The first request may go to this machine, as to a shop outside; what it leads to is checked
    as in production. `checked=False` is the same with the check taken out.
    """

    def __init__(self, port: int, *, checked: bool = True) -> None:
        super().__init__(local=True)
        self._first, self._checked = port, checked

    def check_url(self, url: str) -> None:
        if self._checked and f":{self._first}/" not in url:
            Outbound().check_url(url)


async def test_a_redirect_inside_is_refused_before_anything_is_connected() -> None:
    async with receiver() as shop, receiver() as inside:
        shop.always = leads(inside.url)
        with pytest.raises(OutboundFailed) as failed:
            await followed(_OutsideFirst(shop.port), shop.url)

        assert failed.value.reason is Reason.URL_INVALID
        assert inside.connections == 0


async def test_without_the_check_of_redirects_the_machine_inside_is_called() -> None:
    async with receiver() as shop, receiver() as inside:
        shop.always = leads(inside.url)

        await followed(_OutsideFirst(shop.port, checked=False), shop.url)

        assert inside.connections == 1


async def test_redirects_share_the_time_of_one_request() -> None:
    async with receiver() as other:
        other.next.append(leads("/slow"))
        other.always = behaviours.hang
        with pytest.raises(OutboundFailed) as failed:
            await followed(LOCAL, other.url, seconds=0.2)

    assert failed.value.reason is Reason.TIMED_OUT
