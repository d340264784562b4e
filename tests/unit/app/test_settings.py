"""What follows from settings that are not set."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from showfloor.app.settings import Settings


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SHOWFLOOR_{name.upper()}", raising=False)


def test_one_machine_needs_no_settings() -> None:
    urls = Settings().public_urls

    assert urls.base == "http://localhost:8080"
    assert urls.media == "http://localhost:8081"
    assert urls.rooms == "http://localhost:8082"
    assert urls.rtmp == "rtmp://localhost:1935/live"
    assert Settings().internal_web == "http://127.0.0.1:8080"
    assert Settings().internal_media == "http://127.0.0.1:8081"
    assert Settings().internal_rooms == "http://127.0.0.1:8082"


@pytest.mark.parametrize(
    ("base", "rtmp"),
    [
        ("https://shop.example", "rtmp://shop.example:1935/live"),
        ("https://shop.example:8443", "rtmp://shop.example:1935/live"),
        ("http://192.0.2.7:9000", "rtmp://192.0.2.7:1935/live"),
        ("http://[2001:db8::7]:9000", "rtmp://[2001:db8::7]:1935/live"),
    ],
)
def test_addresses_follow_from_the_base(base: str, rtmp: str) -> None:
    urls = Settings(base_url=base).public_urls

    assert (urls.base, urls.rtmp) == (base, rtmp)


def test_whip_is_beside_the_pages_and_its_media_where_the_operator_says() -> None:
    usual = Settings()
    given = Settings(whip_url="https://shop.example/whip/", rtc_ports="40000-40199")

    assert usual.public_urls.whip == "http://localhost:8083/whip"
    assert (usual.internal_rtc, usual.rtc_port_range) == ("http://127.0.0.1:8083", None)
    assert usual.publish_url == "ws://127.0.0.1:8081/publish"
    assert given.public_urls.whip == "https://shop.example/whip"
    assert given.rtc_port_range == range(40000, 40200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rtc_ports": "40000"},
        {"rtc_ports": "40199-40000"},
        {"rtc_ports": "80-90"},
        {"rtc_ports": "40000-99999"},
        {"rtc_address": "shop.example"},
        {"rtc_sessions": 0},
    ],
)
def test_ports_and_address_of_webrtc_are_checked_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]  # what a variable would say


def test_slash_at_the_end_of_an_address_is_not_doubled() -> None:
    settings = Settings(base_url="https://shop.example/", internal_media_url="http://10.0.0.2/")

    assert settings.public_urls.base == "https://shop.example"
    assert settings.internal_media == "http://10.0.0.2"


def test_servers_that_listen_on_an_ipv6_address_reach_each_other_there() -> None:
    settings = Settings(host="::1")

    assert settings.internal_web == "http://[::1]:8080"
    assert settings.internal_media == "http://[::1]:8081"
    assert settings.internal_rooms == "http://[::1]:8082"
    assert "[::1]" in settings.own_hosts


def test_what_is_set_is_taken_as_it_is() -> None:
    settings = Settings(
        base_url="https://shop.example",
        media_url="https://cdn.example",
        rooms_url="https://rooms.example",
        rtmp_url="rtmps://ingest.example/live",
        internal_media_url="http://10.0.0.2:8081",
        internal_web_url="http://10.0.0.1:8080",
        internal_rooms_url="http://10.0.0.3:8082",
    )

    urls = settings.public_urls
    assert (urls.media, urls.rooms) == ("https://cdn.example", "https://rooms.example")
    assert urls.rtmp == "rtmps://ingest.example/live"
    assert settings.internal_media == "http://10.0.0.2:8081"
    assert settings.internal_rooms == "http://10.0.0.3:8082"


@pytest.mark.parametrize(
    ("base", "secure"),
    [("https://shop.example", True), ("http://shop.example", False), ("", False)],
)
def test_secure_is_how_browsers_come(base: str, secure: bool) -> None:
    assert Settings(base_url=base).secure is secure


def test_web_answers_under_its_public_and_its_inner_names() -> None:
    settings = Settings(
        base_url="https://shop.example:8443", internal_web_url="http://web.internal:8080", host="::"
    )

    assert settings.own_hosts == {
        "shop.example",
        "web.internal",
        "[::]",
        "[::1]",
        "localhost",
        "127.0.0.1",
    }


def test_data_folder_is_the_same_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = Settings(data=Path("data"))

    assert settings.data == tmp_path / "data"
    assert settings.test_payments == tmp_path / "data" / "test-payments"


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWFLOOR_PORT", "9000")
    monkeypatch.setenv("SHOWFLOOR_MODE", "test")

    assert (Settings().port, Settings().mode) == (9000, "test")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLD_SECONDS", "4"),
        ("HOLD_SECONDS", "3601"),
        ("PORT", "http"),
        ("MODE", "prod"),
        ("BASE_URL", "shop.example"),
        ("MEDIA_URL", "https:///live"),
    ],
)
def test_setting_that_makes_no_sense_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SHOWFLOOR_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


STRIPE = {
    "stripe_secret_key": "sk_test_1",
    "stripe_publishable_key": "pk_test_1",
    "stripe_webhook_secrets": "whsec_1, whsec_2",
}


def test_stripe_is_connected_by_three_settings_and_none_of_them_is_shown() -> None:
    settings = Settings(**STRIPE)

    keys = settings.stripe_keys
    assert keys is not None and keys.webhook_secrets == ("whsec_1", "whsec_2")
    assert settings.payments_missing == []
    shown = f"{settings!r} {settings} {keys!r} {settings.model_dump_json()}"
    assert "sk_test_1" not in shown and "whsec_" not in shown


@pytest.mark.parametrize("missing", STRIPE)
@pytest.mark.parametrize("mode", ["production", "demo"])
def test_half_of_stripe_is_none_and_says_what_is_missing(missing: str, mode: str) -> None:
    given = {name: value for name, value in STRIPE.items() if name != missing}
    settings = Settings(mode=mode, **given)

    assert settings.stripe_keys is None
    assert settings.payments_missing == [missing]


def test_demo_needs_no_payments_and_production_does() -> None:
    assert Settings(mode="demo").payments_missing == []
    assert Settings().payments_missing == list(STRIPE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"stripe_secret_key": "pk_test_1"},
        {"stripe_publishable_key": "sk_test_1"},
        {"stripe_webhook_secrets": "whsec_1,sk_test_2"},
        {**STRIPE, "stripe_publishable_key": "pk_live_1"},
        {"stripe_api": "http://127.0.0.1:1"},
        {"mode": "demo", "stripe_script": "http://127.0.0.1:1/script.js"},
    ],
)
def test_stripe_s_keys_in_the_wrong_place_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**wrong)

    assert "sk_test" not in str(refused.value)
