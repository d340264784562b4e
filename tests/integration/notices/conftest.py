"""Certificates of mail servers."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tests.certificates import certificate_for


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context whose certificate, of localhost, this process believes."""
    certificate, context = certificate_for("localhost", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return context


@pytest.fixture
def unknown(tmp_path: Path) -> ssl.SSLContext:
    """The same with a certificate that nobody believes."""
    return certificate_for("localhost", tmp_path)[1]
