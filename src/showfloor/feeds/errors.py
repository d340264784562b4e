"""Refusals of `feeds`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class ImportNotFound(AppError):
    """Also for an import of another merchant."""

    code = "import_not_found"
    status = 404


class ImportRunning(AppError):
    """One at a time for each merchant: two at once would not agree on what changed."""

    code = "import_running"
    status = 409


class ImportNotCompared(AppError):
    """Only what was compared can be taken over."""

    code = "import_not_compared"
    status = 409


class ImportFileMissing(AppError):
    """The request has no file."""

    code = "import_file_missing"
    status = 422


class ImportFormatUnknown(AppError):
    code = "import_format_unknown"
    status = 422


class ImportCurrencyUnknown(AppError):
    """Prices of a file are in a currency of ISO 4217."""

    code = "import_currency_unknown"
    status = 422


class ImportUrlInvalid(AppError):
    """Files are fetched by HTTPS from a public address."""

    code = "import_url_invalid"
    status = 422
