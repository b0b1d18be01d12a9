"""The templates of an Observation: what libraries say when they raise, as a closed list of sentences.

A model that paid for `standard` learns which of these sentences a library said, never the words that filled it.  A
sentence may have one hole, which is told as an index into what the model itself wrote in the failing statement
(`wire.holes`).  `executor.cell.templates` recognises them; a test provokes each in the installed libraries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Hole(StrEnum):
    """What of a statement may fill the hole of a sentence."""

    LITERAL = "literal"
    """A constant."""
    NAME = "name"
    """A variable, an attribute, a keyword or an imported name."""
    WORD = "word"
    """A word of a text, such as a column that SQL names."""


@dataclass(frozen=True)
class Template:
    """A sentence; `{}` is its hole."""

    id: str
    text: str
    hole: Hole | None = None


UNTOLD = Template("untold", "")

TEMPLATES: tuple[Template, ...] = (
    UNTOLD,
    # pandas
    Template("no-column", "the table or index has no column or label {}", Hole.LITERAL),
    Template("not-in-index", "some of the columns or labels that were asked for are not there: {}", Hole.LITERAL),
    Template("dt-accessor", ".dt was used on values that are no dates"),
    Template("str-accessor", ".str was used on values that are no texts"),
    Template("no-reduction", "texts or dates were reduced as if they were numbers, by {}", Hole.NAME),
    Template("no-operation", "an operator was applied to a column whose type does not have it"),
    Template("invalid-comparison", "a column was compared with a value of another kind"),
    Template("merge-types", "a join is over keys of different types, for the key {}", Hole.LITERAL),
    Template("merge-not-unique", "the keys of a join are not unique, as `validate` asked"),
    Template("duplicate-entries", "index entries repeat, so the table cannot be pivoted or unstacked"),
    Template("duplicate-labels", "labels of an index repeat, so it cannot be reindexed"),
    Template("ambiguous-truth", "the truth of a whole column or table was asked for"),
    Template("position-out-of-bounds", "a position is beyond the rows that there are"),
    Template("length-mismatch", "values, labels or a mask are longer or shorter than the table"),
    Template("missing-to-integer", "missing or infinite values were turned into integers"),
    Template("unknown-date", "a text could not be read as a date"),
    Template("date-format", "a text does not match the date format {}", Hole.LITERAL),
    Template("nothing-to-concatenate", "there was nothing to concatenate"),
    Template("unreadable-number", "a text could not be read as a number"),
    Template("unknown-query-name", "a query names {}, which is no column", Hole.WORD),
    Template("time-zones", "times with and without a time zone were combined"),
    Template("bad-bins", "the edges of bins repeat or do not increase"),
    Template("overlapping-columns", "the tables of a join share column names, and no suffix was given"),
    Template("no-datetime-index", "resampling needs an index of dates"),
    Template("unknown-aggregation", "{} is no aggregation", Hole.LITERAL),
    Template("invalid-frequency", "{} is no frequency", Hole.LITERAL),
    # numpy, scikit-learn, statsmodels
    Template("shapes-differ", "arrays of different shapes were combined"),
    Template("axis-out-of-bounds", "an index is beyond the size of its array"),
    Template("empty-array", "an array was empty"),
    Template("singular-matrix", "a matrix is singular or does not converge"),
    Template("input-missing", "the input of an estimator has missing or infinite values"),
    Template("input-empty", "the input of an estimator has no rows, or fewer than it needs"),
    Template("input-not-flat", "an estimator expects a table with rows and columns"),
    Template("input-lengths", "the inputs of an estimator have different lengths"),
    Template("one-class", "the labels have too few members, or only one class"),
    Template("not-fitted", "an estimator was used before it was fitted"),
    # polars
    Template("polars-no-column", "there is no column {}", Hole.LITERAL),
    Template("polars-conversion", "a conversion failed for some of the values"),
    Template("polars-types", "an operation, comparison or join does not fit the types of its columns"),
    Template("polars-lengths", "columns or tables of different sizes were combined"),
    # duckdb
    Template("sql-no-column", "SQL: there is no column {}", Hole.WORD),
    Template("sql-no-table", "SQL: there is no table {}", Hole.WORD),
    Template("sql-no-function", "SQL: no function is called {}, or none takes arguments of these types", Hole.WORD),
    Template("sql-not-grouped", "SQL: the column {} is neither grouped by nor aggregated", Hole.WORD),
    Template("sql-conversion", "SQL: a value could not be converted to the type that was asked for"),
    Template("sql-comparison", "SQL: values of types were compared that need a cast"),
    Template("sql-syntax", "SQL: syntax error at or near {}", Hole.WORD),
    Template("sql-ambiguous", "SQL: the column {} is in more than one of the tables", Hole.WORD),
    Template("sql-many-rows", "SQL: a subquery that stands for a value gave more than one row"),
    # pyarrow
    Template("arrow-no-field", "the Arrow table has no column {}", Hole.LITERAL),
    Template("arrow-conversion", "Arrow could not convert some of the values"),
    Template("arrow-no-kernel", "an Arrow function does not take columns of this type"),
    # Python itself
    Template("no-key", "a dictionary has no key {}", Hole.LITERAL),
    Template("no-name", "the name {} is not defined", Hole.NAME),
    Template("none-attribute", "None has no attribute {}", Hole.NAME),
    Template("no-attribute", "an object or module has no attribute {}", Hole.NAME),
    Template("operand-types", "an operator or a comparison was applied to types that do not have it"),
    Template("no-such-use", "an object was called, indexed, iterated or measured that cannot be"),
    Template("arguments", "a function was called with arguments that it does not take: {}", Hole.NAME),
    Template("format-code", "a value was formatted with a code that its type does not have"),
    Template("text-to-number", "int() or float() was given a text or value that is no number"),
    Template("list-index", "an index is beyond the end of a list, tuple or text"),
    Template("empty-sequence", "a sequence or an iterator was empty"),
)  # fmt: skip
"""In the order of the encoding."""
