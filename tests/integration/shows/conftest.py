"""The web application for what routes of `shows` add to its services."""

from tests.integration.app.conftest import app, client

__all__ = ["app", "client"]
