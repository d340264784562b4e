"""The web application around a database of the test."""

from tests.integration.app.conftest import app, client

__all__ = ["app", "client"]
