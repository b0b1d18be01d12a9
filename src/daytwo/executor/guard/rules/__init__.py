"""The rules, each a function from a program to its findings; a module a subject.

A finding quotes the program and names that are already public, never anything else: guard sees no data.
"""

from daytwo.executor.guard.rules.arguments import arguments
from daytwo.executor.guard.rules.cell_calls import cell_calls
from daytwo.executor.guard.rules.climbing import climbing
from daytwo.executor.guard.rules.columns import columns
from daytwo.executor.guard.rules.files import files
from daytwo.executor.guard.rules.names import names
from daytwo.executor.guard.rules.packages import packages
from daytwo.executor.guard.rules.reach import reach
from daytwo.executor.guard.rules.resources import resources
from daytwo.executor.guard.rules.sense import sense
from daytwo.executor.guard.rules.statements import statements
from daytwo.executor.guard.rules.text import text
from daytwo.executor.guard.rules.unresolved import unresolved
from daytwo.executor.guard.subject import Rule

RULES: tuple[Rule, ...] = (
    reach,
    climbing,
    unresolved,
    arguments,
    files,
    statements,
    resources,
    names,
    packages,
    cell_calls,
    columns,
    sense,
    text,
)

__all__ = ["RULES"]
