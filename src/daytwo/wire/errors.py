"""The errors of daytwo, split by what the caller does next.

Every error has a stable `code` that scripts may rely on and a message that says what to do.  Both planes and the
SDK raise these; HTTP carries them as `ErrorBody` (status = `http_status`), the command line as `error[code]: message`.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class ErrorBody(BaseModel):
    """An error as it travels over HTTP."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    message: str


class DaytwoError(Exception):
    """Base of all errors that daytwo raises on purpose.

    Args:
        code: stable identifier in snake_case, e.g. `dataset_not_found`.
        message: one or two sentences for a person: what is wrong and what to do next.
    """

    http_status: ClassVar[int] = 500

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def body(self) -> ErrorBody:
        return ErrorBody(code=self.code, message=self.message)


class Invalid(DaytwoError):
    """The request cannot be right as it stands: change it."""

    http_status = 400


class Missing(Invalid):
    """The request names something that is not there: name another."""

    http_status = 404


class Denied(DaytwoError):
    """The caller may not do this: do not retry."""

    http_status = 403


class Unauthenticated(Denied):
    """No valid credential came with the request: bring one."""

    http_status = 401


class Conflict(DaytwoError):
    """The state has moved on: read it again, then decide."""

    http_status = 409


class Incompatible(Conflict):
    """The two sides speak versions that do not fit: upgrade the older one."""

    http_status = 426


class Retryable(DaytwoError):
    """A passing fault: the same request may work in a moment."""

    http_status = 503


class Unavailable(DaytwoError):
    """Something that this needs is not there and will not come by itself: a person must mend it."""

    http_status = 503


class Bug(DaytwoError):
    """An invariant of daytwo itself does not hold."""

    http_status = 500


_BY_STATUS: dict[int, type[DaytwoError]] = {
    kind.http_status: kind
    for kind in (Invalid, Missing, Denied, Unauthenticated, Conflict, Incompatible, Retryable, Bug)
}


def error_from(status: int, body: ErrorBody) -> DaytwoError:
    """The error that an HTTP answer of daytwo stands for."""
    kind = _BY_STATUS.get(status, Invalid if status < 500 else Bug)
    return kind(body.code, body.message)
