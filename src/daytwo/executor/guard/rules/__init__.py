"""The rules, each a function from a program to its findings; a module a subject.

A finding quotes the program and names that are already public, never anything else: guard sees no data.
"""

from daytwo.executor.guard.rules.attributes import attributes
from daytwo.executor.guard.rules.builtin_names import builtin_names
from daytwo.executor.guard.rules.cell_calls import cell_calls
from daytwo.executor.guard.rules.files import files
from daytwo.executor.guard.rules.imports import imports
from daytwo.executor.guard.rules.loops import loops
from daytwo.executor.guard.rules.members import members
from daytwo.executor.guard.rules.statements import statements
from daytwo.executor.guard.subject import Rule

RULES: tuple[Rule, ...] = (
    imports,
    members,
    builtin_names,
    attributes,
    files,
    statements,
    cell_calls,
    loops,
)

__all__ = ["RULES"]
