"""One line of key=value per event on standard error.

No bodies, no query strings, no tokens, no addresses of people.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_DETAIL = re.compile(
    r"\n(?:DETAIL|CONTEXT):.*?(?=\n(?:HINT:|\[SQL|\(Background|\s*File |\n)|\Z)", re.S
)
"""What PostgreSQL adds to a refusal quotes the row's values (protocol, error fields D and W)."""


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_values(super().format(record))


def without_values(text: str) -> str:
    """A traceback without what the database quotes of a row."""
    return _DETAIL.sub("", text)


def _without_values(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if "exception" in line:
        line["exception"] = without_values(line["exception"])
    return line


def configure() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("showfloor").setLevel(logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_values,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
