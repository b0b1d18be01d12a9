"""The words that the analyst knows.  Whatever else is no column, table or value refuses the question."""

from __future__ import annotations

from daytwo.control.models.analyst.terms import Aggregate, Grain, Operation


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _words(
    """
    a an the me us we i you my our your please can could would will do does did be been being it its there
    that this these those have has had having get got tell know want find calculate compute also then
    overall all any so just let make made many data dataset table recorded altogether respectively them their
    they really located based living live lives s 's
    """
)  # fmt: skip
"""Words that carry no meaning of their own in a question about a table."""

LIGHT_VERBS = _words(
    """
    use uses used using work works worked working take takes took taking come comes came coming go goes went going
    get gets got board boarded boarding embark embarked aboard seen handled handle handles served belong belongs
    belonging opted chose
    """
)
"""Verbs that join a value to the rows and say nothing more, unless some column holds them as a value."""
NEGATING = ("un", "in", "non")
"""How a word begins that says the opposite of the rest of it."""

AGGREGATES: dict[tuple[str, ...], Aggregate] = {
    ("total",): Aggregate.SUM,
    ("sum",): Aggregate.SUM,
    ("combined",): Aggregate.SUM,
    ("how", "much"): Aggregate.SUM,
    ("average",): Aggregate.MEAN,
    ("avg",): Aggregate.MEAN,
    ("mean",): Aggregate.MEAN,
    ("median",): Aggregate.MEDIAN,
    ("standard", "deviation"): Aggregate.DEVIATION,
    ("standard", "deviation", "of"): Aggregate.DEVIATION,
    ("std",): Aggregate.DEVIATION,
    ("sd",): Aggregate.DEVIATION,
    ("sd", "of"): Aggregate.DEVIATION,
    ("stdev",): Aggregate.DEVIATION,
    ("stddev",): Aggregate.DEVIATION,
    ("variance",): Aggregate.VARIANCE,
    ("variance", "of"): Aggregate.VARIANCE,
    ("minimum",): Aggregate.MIN,
    ("min",): Aggregate.MIN,
    ("maximum",): Aggregate.MAX,
    ("max",): Aggregate.MAX,
}

COUNTS = frozenset(
    {("how", "many"), ("number", "of"), ("count",), ("count", "of"), ("amount", "of", "rows"), ("#", "of")}
)
DISTINCT = frozenset({"distinct", "different", "unique"})
SHARES = frozenset({"share", "percentage", "percent", "proportion", "fraction"})
LISTING = frozenset({"list", "show", "display", "give", "print", "see"})
DESCRIBING = frozenset({"describe", "summary", "summarize", "summarise", "statistics", "stats"})
COMPARING = frozenset({"compare", "comparison"})
VERSUS = frozenset({"vs", "vs.", "versus"})
RANKING = frozenset({"rank", "ranked", "ranking"})
QUESTION_WORDS = frozenset({"which", "what", "whose"})

DESCENDING = frozenset({"top", "highest", "largest", "biggest", "greatest", "most"})
ASCENDING = frozenset({"bottom", "lowest", "smallest", "least", "fewest"})

_EXPENSIVE = "price|cost|amount|bill|fare|fee|total|value"
_WARM = "temperature|temp|max temp|average temperature"
COMPARATIVES: dict[str, tuple[bool, str]] = {
    "cheaper": (False, _EXPENSIVE), "more expensive": (True, _EXPENSIVE), "pricier": (True, _EXPENSIVE),
    "less expensive": (False, _EXPENSIVE), "costlier": (True, _EXPENSIVE), "dearer": (True, _EXPENSIVE),
    "older": (True, "age"), "younger": (False, "age"), "taller": (True, "height"), "shorter": (False, "length|height"),
    "heavier": (True, "weight|mass"), "lighter": (False, "weight|mass"), "longer": (True, "length|duration|distance"),
    "wider": (True, "width"), "narrower": (False, "width"), "deeper": (True, "depth"), "richer": (True, "income|gdp"),
    "poorer": (False, "income|gdp"), "warmer": (True, _WARM), "hotter": (True, _WARM), "colder": (False, _WARM),
    "cooler": (False, _WARM), "wetter": (True, "precipitation|rain|rainfall"), "windier": (True, "wind"),
    "faster": (False, "duration"), "quicker": (False, "duration"), "slower": (True, "duration"),
    "steeper": (True, "elevation gain|slope|gradient"), "stronger": (True, "strength|alcohol"),
}  # fmt: skip
"""Adjectives that say more (or less) of a number: the words of its name."""

JUDGED = {"best": True, "worst": False}
"""Superlatives whose end depends on the number that they judge by: whether the good one is meant."""

HINTED: dict[tuple[str, ...], tuple[bool, str]] = {
    ("most", "expensive"): (True, "price|cost|fare|rent|fee|charge|premium"),
    ("priciest",): (True, "price|cost|fare|rent|fee|charge|premium"),
    ("least", "expensive"): (False, "price|cost|fare|rent|fee|charge|premium"),
    ("cheapest",): (False, "price|cost|fare|rent|fee|charge|premium"),
    ("highest", "paid"): (True, "salary|pay|wage|income"),
    ("best", "paid"): (True, "salary|pay|wage|income"),
    ("lowest", "paid"): (False, "salary|pay|wage|income"),
    ("oldest",): (True, "age"),
    ("youngest",): (False, "age"),
    ("longest",): (True, "length|duration|distance"),
    ("shortest",): (False, "length|duration|distance"),
    ("farthest",): (True, "distance"),
    ("furthest",): (True, "distance"),
    ("fastest",): (False, "duration|time"),
    ("steepest",): (True, "slope|gradient"),
    ("strongest",): (True, "strength|magnitude"),
    ("deepest",): (True, "depth"),
    ("rainiest",): (True, "precipitation|rain|rainfall"),
    ("sunniest",): (True, "sunshine|sun"),
    ("driest",): (False, "precipitation|rain|rainfall|humidity"),
    ("widest",): (True, "width"),
    ("narrowest",): (False, "width"),
    ("hottest",): (True, "max temp|temp"),
    ("warmest",): (True, "max temp|temp"),
    ("coldest",): (False, "min temp|temp"),
    ("wettest",): (True, "precipitation"),
    ("windiest",): (True, "wind"),
    ("richest",): (True, "income|gdp"),
    ("poorest",): (False, "income|gdp"),
    ("northernmost",): (True, "latitude"),
    ("southernmost",): (False, "latitude"),
    ("easternmost",): (True, "longitude"),
    ("westernmost",): (False, "longitude"),
    ("costliest",): (True, "cost"),
    ("dearest",): (True, "price"),
    ("heaviest",): (True, "weight"),
    ("lightest",): (False, "weight"),
    ("tallest",): (True, "height"),
    ("earliest",): (False, "date"),
    ("latest",): (True, "date"),
    ("newest",): (True, "date"),
    ("most", "recent"): (True, "date"),
}
"""Superlatives that name their column: (descending, the column's word)."""
MOST_COMMON = {
    ("most", "common"): True, ("most", "frequent"): True, ("least", "common"): False, ("least", "frequent"): False,
}  # fmt: skip
"""Superlatives of how often a value occurs: whether the commonest is meant."""

GROUPING: frozenset[tuple[str, ...]] = frozenset(
    {
        ("by",), ("per",), ("by", "each"), ("for", "each"), ("for", "every"), ("in", "each"), ("in", "every"),
        ("of", "each"), ("within", "each"), ("each",), ("across",), ("grouped", "by"), ("broken", "down", "by"),
        ("split", "by"), ("breakdown", "by"), ("with", "each"), ("from", "each"),
    }
)  # fmt: skip
GRAINS = {
    "year": Grain.YEAR, "quarter": Grain.QUARTER, "month": Grain.MONTH, "week": Grain.WEEK, "day": Grain.DAY,
    "weekday": Grain.WEEKDAY, "decade": Grain.DECADE, "season": Grain.SEASON, "hour": Grain.HOUR,
    "weekend": Grain.WEEKEND,
}  # fmt: skip
GRAIN_ADJECTIVES = {
    "yearly": Grain.YEAR, "annual": Grain.YEAR, "annually": Grain.YEAR, "quarterly": Grain.QUARTER,
    "monthly": Grain.MONTH, "weekly": Grain.WEEK, "daily": Grain.DAY,
}  # fmt: skip

COMPARISONS: dict[tuple[str, ...], str] = {
    ("over",): ">", ("above",): ">", ("exceeding",): ">", ("more", "than"): ">", ("greater", "than"): ">",
    ("higher", "than"): ">", ("larger", "than"): ">", ("bigger", "than"): ">", ("older", "than"): ">",
    ("warmer", "than"): ">", ("hotter", "than"): ">", ("colder", "than"): "<", ("cooler", "than"): "<",
    ("longer", "than"): ">", ("heavier", "than"): ">", ("taller", "than"): ">", ("beyond",): ">",
    ("shorter", "than"): "<", ("lighter", "than"): "<", ("cheaper", "than"): "<",
    ("at", "least"): ">=", ("no", "less", "than"): ">=", ("not", "less", "than"): ">=", ("no", "fewer", "than"): ">=",
    ("greater", "than", "or", "equal", "to"): ">=", ("more", "than", "or", "equal", "to"): ">=",
    ("under",): "<", ("below",): "<", ("less", "than"): "<", ("fewer", "than"): "<", ("lower", "than"): "<",
    ("smaller", "than"): "<", ("younger", "than"): "<",
    ("at", "most"): "<=", ("no", "more", "than"): "<=", ("not", "more", "than"): "<=", ("up", "to"): "<=",
    ("less", "than", "or", "equal", "to"): "<=", ("fewer", "than", "or", "equal", "to"): "<=",
    ("equal", "to"): "==", ("equals",): "==", ("exactly",): "==", ("not", "equal", "to"): "!=",
}  # fmt: skip
OPERATIONS: dict[tuple[str, ...], Operation] = {
    ("minus",): Operation.MINUS, ("plus",): Operation.PLUS, ("+",): Operation.PLUS,
    ("times",): Operation.TIMES, ("multiplied", "by"): Operation.TIMES, ("*",): Operation.TIMES,
    ("divided", "by"): Operation.OVER, ("/",): Operation.OVER,
}  # fmt: skip
_PAID = ("price", "cost", "fare", "rent", "fee", "charge", "premium", "bill", "total", "amount")
_EARNED = ("salary", "income", "wage", "pay", "earning")
_LONG, _WARM_NAMES = ("length", "duration", "distance"), ("max temp", "temperature")
COMPARED_COLUMN = {
    "older": ("age",), "younger": ("age",), "longer": _LONG, "shorter": (*_LONG, "height"), "heavier": ("weight",),
    "lighter": ("weight",), "taller": ("height",), "cheaper": _PAID, "warmer": _WARM_NAMES,
    "hotter": _WARM_NAMES, "colder": ("min temp", "temperature"), "cooler": ("min temp", "temperature"),
}  # fmt: skip
"""What the comparative says of the number: words of its name, of which the first that is there is meant."""
VERB_COLUMNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("pay", "pays", "paid", "paying", "cost", "costs", "costing", "charged"), _PAID),
    **dict.fromkeys(("spend", "spends", "spent", "spending"), ("spend", "amount", "total", "cost", "price", "bill")),
    **dict.fromkeys(("earn", "earns", "earned", "earning", "make", "makes", "making"), _EARNED),
    **dict.fromkeys(("weigh", "weighs", "weighing", "weighed"), ("weight", "mass")),
    **dict.fromkeys(("take", "takes", "took", "taking", "last", "lasts", "lasted", "lasting"), _LONG),
    **dict.fromkeys(("borrow", "borrowed", "lent", "owe", "owes", "owed", "owing"), ("amount", "balance", "debt")),
    **dict.fromkeys(("tip", "tips", "tipped", "tipping"), ("tip",)),
    **dict.fromkeys(("score", "scores", "scored", "scoring"), ("score", "grade", "mark")),
    **dict.fromkeys(("aged",), ("age",)),
}
"""What a verb before a comparison says of the number: words of its name, of which the first that is there is meant."""
SUFFIXES: dict[tuple[str, ...], str] = {
    ("or", "more"): ">=", ("or", "higher"): ">=", ("or", "above"): ">=", ("or", "over"): ">=", ("and", "above"): ">=",
    ("or", "greater"): ">=", ("and", "over"): ">=", ("and", "more"): ">=", ("or", "older"): ">=",
    ("or", "less"): "<=", ("or", "lower"): "<=", ("or", "below"): "<=", ("or", "fewer"): "<=", ("and", "below"): "<=",
    ("or", "under"): "<=", ("or", "younger"): "<=",
}  # fmt: skip
INVERTED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}

TIMES: dict[tuple[str, ...], str] = {
    ("since",): "since", ("starting", "in"): "since", ("after",): "after", ("before",): "before",
    ("prior", "to"): "before", ("until",): "until", ("through",): "until", ("up", "to"): "until",
}  # fmt: skip
EXCLUDING: frozenset[tuple[str, ...]] = frozenset(
    {("excluding",), ("except",), ("except", "for"), ("without",), ("not", "in"), ("not", "from"), ("other", "than"),
     ("but", "not"), ("not", "for"), ("outside",), ("outside", "of"), ("not", "including"),
     ("aside", "from"), ("apart", "from")}
)  # fmt: skip
PREPOSITIONS = frozenset({"in", "for", "from", "of", "at", "to", "on", "within", "among", "during", "only"})
VALUE_PREPOSITIONS = frozenset({"in", "for", "from", "of", "at", "to", "within", "among", "only", "on"})
SPLITTERS: frozenset[tuple[str, ...]] = frozenset(
    {("comes", "from"), ("come", "from"), ("came", "from"), ("is", "from"), ("are", "from"), ("was", "from"),
     ("were", "from"), ("is", "in"), ("are", "in"), ("was", "in"), ("were", "in")}
)  # fmt: skip
"""Before them stands the whole of a share, after them its part."""

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    for name in names.split()
}  # fmt: skip
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100, "thousand": 1_000,
}  # fmt: skip
NEVER_VALUES = _words(
    """
    trend trends growth grow grew growing forecast forecasts predict prediction predicted projected projection
    correlation correlate correlated regression percentile percentiles quartile quartiles quantile decile
    variance deviation std stddev histogram distribution distributed outlier outliers anomaly anomalies
    duplicate duplicates duplicated missing null nulls nan blank empty cumulative running moving rolling ratio
    rate join merge change changes changed increase increased decrease decreased difference differences versus
    margin profit why how when where sold sell selling bought buy best worst good bad popular better worse
    significant significance test chart plot graph pie seasonality cluster mode range spread next last past
    previous current ago recent recently today yesterday tomorrow now week weeks weekend weekends weekday year
    years month months quarter quarters monday tuesday wednesday thursday friday saturday sunday ignore drop
    delete insert update select import exec eval system else if each every both either neither or than more
    rest others everyone everybody remaining
    less fewer over under between highest lowest top bottom
    """
)  # fmt: skip
"""Words that are never taken for a cell's value unless quoted: they ask for something that this analyst cannot do."""
