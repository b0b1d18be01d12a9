"""The link: the executor dials out, claims tasks, answers each once; its journal survives any crash."""

from daytwo.executor.link.client import Enrolled, LinkClient
from daytwo.executor.link.enrolment import enrol, read_enrolment, rotate
from daytwo.executor.link.journal import Journal
from daytwo.executor.link.retention import Retention, Terms
from daytwo.executor.link.worker import Worker

__all__ = ["Enrolled", "Journal", "LinkClient", "Retention", "Terms", "Worker", "enrol", "read_enrolment", "rotate"]
