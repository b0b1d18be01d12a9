"""Capabilities: what a program can lay hold of, the unit of policy, and the words for each finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """What a policy rules on.  Each is also the id of the rule that finds it."""

    FILES = "files"
    FILE_UNKNOWN = "file-unknown"
    NETWORK = "network"
    DATABASE = "database"
    PROCESS = "process"
    THREAD = "thread"
    CODE = "code"
    DESERIALISE = "deserialise"
    INTERPRETER = "interpreter"
    REFLECTION = "reflection"
    MONKEYPATCH = "monkeypatch"
    ENVIRONMENT = "environment"
    CREDENTIALS = "credentials"
    NATIVE = "native"
    DESTRUCTIVE = "destructive"
    PERSISTENCE = "persistence"
    RESOURCES = "resources"
    OBFUSCATION = "obfuscation"
    SYSTEM = "system"
    SHELL = "shell"
    SQL_WRITE = "sql-write"
    SQL_FILE = "sql-file"
    SQL_ATTACH = "sql-attach"
    SQL_EXTENSION = "sql-extension"
    SQL_SETTINGS = "sql-settings"
    UNRESOLVED = "unresolved"
    UNREVIEWED = "unreviewed"


@dataclass(frozen=True)
class Meaning:
    """What a finding of a capability says, and how a program does without it."""

    does: str
    """Follows the name of what was found: "`os.system` starts or controls processes"."""
    repair: str
    why: str
    """Why a policy may refuse it; for `daytwo guard explain`."""


_DATA = 'Use the session\'s datasets: data("name") or sql("select …").'
_OWN = 'Use data("name") for data and `workspace / "name"` for files of your own.'

MEANINGS: dict[Capability, Meaning] = {
    Capability.FILES: Meaning(
        "reaches files outside of the session's own",
        _OWN,
        "The sandbox shows a program its datasets and its workspace; whoever asks for more expects to be elsewhere.",
    ),
    Capability.FILE_UNKNOWN: Meaning(
        "opens a file whose path is only known when the program runs",
        'Write the path with `workspace`: open(workspace / "name.txt").',
        "A path made from data can be any path.",
    ),
    Capability.NETWORK: Meaning(
        "speaks to the network, which a program does not have",
        _DATA,
        "A program has no network; an attempt is an error at best and a way out at worst.",
    ),
    Capability.DATABASE: Meaning(
        "connects to databases, which the sandbox does not reach",
        _DATA,
        "Sources are registered as datasets, so that sheets, budgets and approvals hold for them.",
    ),
    Capability.PROCESS: Meaning(
        "starts or controls processes",
        "Do it in this program: it already runs as a process of its own.",
        "Other programs are not reviewed.",
    ),
    Capability.THREAD: Meaning(
        "starts threads",
        "Do it one after the other, or let polars, duckdb or scikit-learn do it in parallel.",
        "Threads outlive the statement that starts them.",
    ),
    Capability.CODE: Meaning(
        "runs or loads code that is not written in this program",
        "Write the statements themselves, with ordinary imports.",
        "What is not written in a program cannot be reviewed.",
    ),
    Capability.DESERIALISE: Meaning(
        "loads objects that may run code when they are read",
        "Keep tables as Parquet or CSV in `workspace`; variables live on in the session by themselves.",
        "Reading such a file can run whatever its author put into it.",
    ),
    Capability.INTERPRETER: Meaning(
        "reaches into the interpreter or the running program",
        "Write the calculation with ordinary functions and classes.",
        "From there every other refusal can be undone.",
    ),
    Capability.REFLECTION: Meaning(
        "asks a person, or handles names as data",
        "Name what you need, and write values into the program; nobody is there to type.",
        "It hides what a program does from its readers.",
    ),
    Capability.MONKEYPATCH: Meaning(
        "is changed for everybody who uses it",
        "Write a function of your own and call that.",
        "Changed libraries do something else than their names say, in later steps too.",
    ),
    Capability.ENVIRONMENT: Meaning(
        "reads or changes the environment, which holds nothing for programs",
        "Write the value into the program.",
        "Environments hold credentials.",
    ),
    Capability.CREDENTIALS: Meaning(
        "deals with credentials or accounts",
        "A program needs none: data is already there.",
        "Nothing that an analysis computes depends on a secret.",
    ),
    Capability.NATIVE: Meaning(
        "runs native code or reads memory directly",
        "Use numpy, pandas, polars or duckdb.",
        "Native code is not bound by what Python forbids.",
    ),
    Capability.DESTRUCTIVE: Meaning(
        "deletes or moves files",
        "Leave old files where they are, or write new ones beside them.",
        "What is deleted may be what somebody needs.",
    ),
    Capability.PERSISTENCE: Meaning(
        "plants something that runs after the program",
        "Leave it out; variables and files live on in the session by themselves.",
        "It would run where nobody reviewed it.",
    ),
    Capability.RESOURCES: Meaning(
        "uses time or memory without bound",
        "Bound the loop or the size; filter and aggregate first.",
        "It ends as `timeout` or `memory`, and costs the step's bits all the same.",
    ),
    Capability.OBFUSCATION: Meaning(
        "hides what the program does",
        "Write it in plain text.",
        "Honest programs can be read.",
    ),
    Capability.SYSTEM: Meaning(
        "asks or changes the machine that the program runs on",
        "Leave it out; it has no bearing on the data.",
        "It tells about the executor, not about the data.",
    ),
    Capability.SHELL: Meaning(
        "is handed to a shell",
        "Do it in Python.",
        "A shell runs any program.",
    ),
    Capability.SQL_WRITE: Meaning(
        "writes outside of the query's own tables",
        "Query the session's datasets; keep files with `workspace`.",
        "Copies escape the rules of the dataset they come from.",
    ),
    Capability.SQL_FILE: Meaning(
        "reads a file, or hides what is read",
        "Name the dataset instead: from orders.",
        "Files are registered as datasets, so that sheets and budgets hold for them.",
    ),
    Capability.SQL_ATTACH: Meaning(
        "attaches another database",
        "Query the session's datasets by name.",
        "Databases are registered as datasets, so that sheets and budgets hold for them.",
    ),
    Capability.SQL_EXTENSION: Meaning(
        "loads native code into the database",
        "Use what duckdb brings by itself.",
        "Extensions are native code from the network.",
    ),
    Capability.SQL_SETTINGS: Meaning(
        "reads or changes the database's settings",
        "Leave it out; the settings are made for programs.",
        "Settings decide which files and hosts a query reaches.",
    ),
    Capability.UNRESOLVED: Meaning(
        "is taken under a name that is only known when the program runs",
        "Write the name, or choose from a dict of functions or by df[column].",
        "What cannot be read cannot be reviewed.",
    ),
    Capability.UNREVIEWED: Meaning(
        "is installed, but nobody has judged it safe for programs",
        "Use one of the analysis libraries, or let a person approve this program.",
        "A library that nobody looked at may do anything of the above.",
    ),
}
