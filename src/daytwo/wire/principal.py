"""Who acts: a person, a service or an executor, always within one organisation."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from daytwo.wire.identifiers import LOCAL_ORG, OrgId


class PrincipalKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    EXECUTOR = "executor"


class Principal(BaseModel):
    """The author of an action.  Every action, message and ledger leaf names one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    org_id: OrgId
    kind: PrincipalKind
    id: str = Field(min_length=1, max_length=128)


LOCAL_OWNER = Principal(org_id=LOCAL_ORG, kind=PrincipalKind.PERSON, id="owner")
"""The one person of a laptop."""
