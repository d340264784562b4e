"""Whether a PostgreSQL server writes what it is sent into its log.

What a person typed travels as a value of a statement. A server that logs statements, or rows that
it refused, keeps it where no eraser of ours reaches, so production does not start on one.
"""

from __future__ import annotations

import logging

import psycopg

from showfloor.app.failures import CommandFailed
from showfloor.app.settings import Settings

log = logging.getLogger("showfloor.app")

QUIET = {
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
    "log_min_duration_sample": ("-1",),
    "log_transaction_sample_rate": ("0",),
    "log_min_error_statement": ("panic", "fatal", "log"),
    "log_error_verbosity": ("terse",),
    "log_parameter_max_length_on_error": ("0",),
    "debug_print_parse": ("off",),
    "debug_print_rewritten": ("off",),
    "debug_print_plan": ("off",),
    "auto_explain.log_min_duration": ("-1",),
    "pgaudit.log": ("none", ""),
}
"""The values with which each setting writes nothing of a statement (PostgreSQL documentation, Error
Reporting and Logging; auto_explain; pgaudit). The first is the one to set. A server that lacks one
has nothing to switch off there.
"""
EMBEDDED = {
    **{name: values[0] for name, values in QUIET.items() if "." not in name},
    # The very first line of an error quotes a value that cannot be read as its type.
    "log_min_messages": "log",
    "log_parameter_max_length": "0",
}
"""How our own server is started."""


def loud(found: dict[str, str]) -> dict[str, str]:
    """Of these settings, the ones that make the server write statements or rows, and what each
    should be.
    """
    return {
        name: QUIET[name][0] for name, value in sorted(found.items()) if value not in QUIET[name]
    }


def check_statement_logging(settings: Settings, url: str) -> None:
    """Raises CommandFailed in production when this server writes what it is sent.

    A server that does not answer stores nothing either; who starts Showfloor has waited for it.
    """
    if settings.mode != "production":
        return
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            rows = connection.execute(
                "select name, setting from pg_settings where name = any(%s)", (list(QUIET),)
            ).fetchall()
    except psycopg.OperationalError:
        log.warning("PostgreSQL does not answer: what it logs is not known")
        return
    if wrong := loud(dict(rows)):
        remedy = "\n".join(
            f"  alter role current_user set {name} = '{value}';" for name, value in wrong.items()
        )
        raise CommandFailed(
            "The PostgreSQL server writes what people typed into its log, where it cannot be "
            "erased. Showfloor does not start on it in production. As a superuser, or in the "
            f"settings of the managed service:\n{remedy}"
        )
