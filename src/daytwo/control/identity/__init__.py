"""Who acts: organisations, and the bearer tokens that stand for people and executors.

The functions work on the caller's connection, within the caller's transaction.
"""

from daytwo.control.identity.tokens import (
    Audience,
    ensure_organisation,
    ensure_owner,
    issue_enrolment_token,
    issue_token,
    principal_of,
    redeem_enrolment_token,
    token_hash,
)
from daytwo.secretfile import new_token

__all__ = [
    "Audience",
    "ensure_organisation",
    "ensure_owner",
    "issue_enrolment_token",
    "issue_token",
    "new_token",
    "principal_of",
    "redeem_enrolment_token",
    "token_hash",
]
