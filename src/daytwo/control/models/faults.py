"""What can go wrong with a provider, as errors with stable codes.

The texts that a provider sends back are never repeated: they may quote the prompt or the key.  Only a code of the
provider's own (lower-case words, e.g. `context_length_exceeded`) is passed on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from daytwo.wire.errors import DaytwoError, Retryable, Unavailable

_VENDOR_CODE = re.compile(r"[a-z][a-z_]{2,63}")
_OVERLOADED = 529
"""Anthropic's status for overload; it says nothing of the caller's quota."""
_CHAIN_LIMIT = 16


class ProviderFault(Exception):
    """A failed attempt.

    Args:
        error: what the caller is told in the end.
        is_passing: whether the same attempt may work in a moment.
        retry_after_seconds: what the provider asks for.
        status: the provider's HTTP status, if there was one.
    """

    def __init__(
        self,
        error: DaytwoError,
        *,
        is_passing: bool = False,
        retry_after_seconds: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.is_passing = is_passing
        self.retry_after_seconds = retry_after_seconds
        self.status = status


def fault_behind(error: BaseException) -> ProviderFault | None:
    """The fault that a vendor's SDK wrapped into errors of its own, if there is one."""
    return next((cause for cause in _chain(error) if isinstance(cause, ProviderFault)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_CHAIN_LIMIT):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def fault_of_status(provider: str, status: int, headers: Mapping[str, str], body: bytes) -> ProviderFault | None:
    """The fault that an answer's status stands for, or None where it is 2xx."""
    if 200 <= status < 300:
        return None
    vendor_code = _vendor_code(body)
    said = f"HTTP {status}, {vendor_code}" if vendor_code else f"HTTP {status}"
    if status == 429 and vendor_code != "insufficient_quota":
        wait = retry_after_seconds(headers, datetime.now(UTC))
        error: DaytwoError = Retryable(
            "provider_rate_limited",
            f"The provider {provider} limits the rate of calls ({said})"
            + (f" and asks to wait {wait:.0f} s." if wait is not None else ".")
            + " Try again later, or choose another model.",
        )
        return ProviderFault(error, is_passing=True, retry_after_seconds=wait, status=status)
    if status >= 500 or status == 408:
        state = "is overloaded" if status in {_OVERLOADED, 503} else "failed"
        error = Retryable(
            "provider_overloaded",
            f"The provider {provider} {state} ({said}). Try again later, or choose another model.",
        )
        wait = retry_after_seconds(headers, datetime.now(UTC))
        return ProviderFault(error, is_passing=True, retry_after_seconds=wait, status=status)
    error = Unavailable("provider_refused", f"The provider {provider} refused the call ({said}). {_advice(status)}")
    return ProviderFault(error, status=status)


def _advice(status: int) -> str:
    if 300 <= status < 400:
        return "Redirects are not followed: set the base URL to the address that it redirects to."
    if status in {401, 403}:
        return "Check the key and what it may do."
    if status == 404:
        return "Check the model's name and the base URL; most end in /v1."
    if status in {402, 429}:
        return "Check the account's quota and billing."
    return "Check the model's name and what the provider supports."


def _vendor_code(body: bytes) -> str | None:
    """`error.code` or `error.type` of the answer, where it is a plain word."""
    try:
        error = json.loads(body)["error"]
        words = (error.get("code"), error.get("type"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return next((word for word in words if isinstance(word, str) and _VENDOR_CODE.fullmatch(word)), None)


def retry_after_seconds(headers: Mapping[str, str], present: datetime) -> float | None:
    """What `retry-after-ms` or `retry-after` (seconds or an HTTP date, RFC 9110 §10.2.3) asks for; None: nothing."""
    for name, per_second in (("retry-after-ms", 1_000), ("retry-after", 1)):
        text = headers.get(name, "")
        if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text):
            return float(text) / per_second
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, TypeError, IndexError, OverflowError):  # what the standard parser raises on odd dates
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - present).total_seconds())


def fault_of_transport(provider: str, error: httpx2.RequestError) -> ProviderFault:
    """The fault that a broken connection stands for."""
    if isinstance(error, httpx2.TimeoutException) and not isinstance(error, httpx2.ConnectTimeout):
        return unanswered(provider)
    if isinstance(error, httpx2.ReadError | httpx2.RemoteProtocolError | httpx2.DecodingError):
        return garbage(provider, "the answer broke off or is no HTTP", is_passing=True)
    return ProviderFault(
        Retryable(
            "provider_unreachable",
            f"The provider {provider} cannot be reached. Check that its server runs, the base URL and the network.",
        ),
        is_passing=True,
    )


def unanswered(provider: str) -> ProviderFault:
    """The provider took too long.  Not sent again by itself: the provider may still be at work, and charge for it."""
    return ProviderFault(
        Retryable("provider_unreachable", f"The provider {provider} did not answer in time. Try again later.")
    )


def garbage(provider: str, what: str, *, is_passing: bool = False) -> ProviderFault:
    """The answer is not what the provider's protocol says."""
    kind = Retryable if is_passing else Unavailable
    return ProviderFault(
        kind(
            "provider_garbage",
            f"The provider {provider} sent an answer that cannot be read: {what}. "
            "Check that the base URL and the provider's kind fit its server.",
        ),
        is_passing=is_passing,
    )
