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

HINTED: dict[tuple[str, ...], tuple[bool, str]] = {
    ("most", "expensive"): (True, "price"),
    ("priciest",): (True, "price"),
    ("least", "expensive"): (False, "price"),
    ("cheapest",): (False, "price"),
    ("oldest",): (True, "age"),
    ("youngest",): (False, "age"),
    ("longest",): (True, "length|duration"),
    ("shortest",): (False, "length|duration"),
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
COMPARED_COLUMN = {"older": "age", "younger": "age"}
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
VALUE_PREPOSITIONS = frozenset({"in", "for", "from", "of", "at", "to", "within", "among", "only"})
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
ROW_WORDS = frozenset({"row", "record", "entry", "line", "observation", "case"})
TALLIES = frozenset({"person", "count", "frequency", "freq", "n", "number"})
"""Names of a column that says how many things each row stands for."""

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
    less fewer over under between highest lowest top bottom
    """
)  # fmt: skip
"""Words that are never taken for a cell's value unless quoted: they ask for something that this analyst cannot do."""

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "revenue turnover sale", "quantity qty unit item piece", "customer client buyer cust", "product article prod",
        "employee staff worker emp", "country nation ctry", "gender sex", "salary pay wage", "city town",
        "department dept", "manufacturer maker", "temperature temp", "average avg", "distance dist", "rating stars",
        "amount amt", "population pop", "latitude lat", "longitude lon lng", "percent pct percentage", "weight wt",
        "height ht", "category cat", "horsepower hp", "price prc", "date dt", "year yr", "month mth", "identifier id",
        "description desc", "address addr", "discount disc", "number num no", "phone telephone tel", "patient subject",
        "unemployment unemp", "inflation infl", "consumption cons", "investment inv invest",
        "doctor physician", "hospital clinic", "premium prem", "account acct", "transaction txn", "email e-mail",
        "education educ schooling", "expenditure exp spending spend", "return ret", "volume vol flow",
        "capita head person cap", "gdp wealth", "january jan", "february feb", "march mar", "april apr", "june jun",
        "july jul", "august aug", "september sep sept", "october oct", "november nov", "december dec",
    )
)  # fmt: skip
EXTREME_WORDS = {
    "max": ("maximum", "max"), "min": ("minimum", "min"), "avg": ("average", "mean", "avg"),
    "mean": ("average", "mean", "avg"), "maximum": ("max", "maximum"), "minimum": ("min", "minimum"),
}  # fmt: skip
EXTREMES = frozenset({"maximum", "max", "minimum", "min"})
"""How people begin the name of a column that ends in an aggregate: `temp_max`, “maximum temperature”."""
AFTER_COLUMN = _words(
    "temperature speed type kind rate value level figure score reading data column variable percentage amount"
)
"""Words behind a column's name that say nothing more: “murder rate” where the column is `murder`."""
BEFORE_COLUMN = _words("price level amount value rate")
"""Words before “of” and a number's name that say nothing more: “price of gas” where the column is `gas`."""
PERSONS = _words(
    """
    people person individual man woman somebody someone everybody everyone patient student pupil participant respondent
    customer client user member voter passenger employee worker guest visitor resident citizen player athlete adult
    subject holder owner buyer driver attendee applicant borrower
    """
)
"""What each row of a table of people may be called."""
ROW_NOUNS: dict[str, frozenset[str]] = {
    "flower": _words("petal sepal"), "plant": _words("petal sepal yield"), "penguin": _words("flipper bill beak"),
    "car": _words("horsepower cylinder mpg"), "vehicle": _words("horsepower cylinder mpg"),
    "automobile": _words("horsepower cylinder mpg"), "passenger": _words("pclass fare survived boarding"),
    "house": _words("sqft bedroom bathroom"), "home": _words("sqft bedroom bathroom"),
    "property": _words("sqft bedroom bathroom"), "film": _words("director imdb"), "movie": _words("director imdb"),
    "student": _words("gpa school grade_level"), "pupil": _words("gpa school grade_level"),
    "employee": _words("salary hired department"),
    "diamond": _words("carat cut clarity"), "wine": _words("vintage alcohol acidity"), "bill": _words("tip"),
    "patient": _words("diagnosis treatment symptom bmi cholesterol dose"),
    "place": _words("lat latitude centroid"), "station": _words("lat latitude centroid"),
    "location": _words("lat latitude centroid"),
    "match": _words("goal opponent"), "flight": _words("airline airport departure"),
}  # fmt: skip
"""What rows can be called, and the words of columns of which one shows that they are that."""
PERSON_COLUMNS = _words("age gender sex surname bmi pulse waist")
"""One of them in a table makes its rows people."""
GENDERS = {
    "women": "female", "woman": "female", "men": "male", "man": "male", "girls": "female", "boys": "male",
    "females": "female", "males": "male",
}  # fmt: skip
PARTICIPLES = _words(
    "built made recorded measured observed produced placed fell occurred happened registered received died die dies "
    "hired born paid lasted went lived studied came gone "
    "created issued opened launched started reached dated taken"
)
"""Verbs that say nothing more before a time or a place: “cars built since 1980”."""
PHRASES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("unit", "sold"): ("quantity",),
    ("item", "sold"): ("quantity",),
    ("mile", "per", "gallon"): ("mpg",),
    ("sale", "amount"): ("revenue",),
    ("date", "of", "birth"): ("birth", "date"),
}
UNITS = {
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "dollar": "USD", "euro": "EUR", "kg": "kg", "g": "g",
    "lb": "lb",
    "lbs": "lb", "pound": "lb", "mph": "mph", "hp": "hp", "mg": "mg",
    "km": "km", "m": "m", "cm": "cm", "mm": "mm", "mile": "miles", "pct": "%", "percent": "%",
    "hour": "hours", "hr": "hours", "minute": "minutes", "second": "seconds", "sec": "seconds",
    "ms": "ms", "celsius": "°C", "c": "°C", "f": "°F", "kwh": "kWh", "kw": "kW", "mb": "MB", "gb": "GB", "in": "in",
    "ft": "ft", "sqft": "sq ft", "sqm": "m²", "l": "l", "ml": "ml",
}  # fmt: skip
_MONEY_UNIT = _words("bill price cost amount revenue income salary fee total fare sale")
UNIT_COLUMNS = {
    **dict.fromkeys(("dollar", "dollars", "euro", "euros", "pounds", "usd", "eur"), _MONEY_UNIT),
    **dict.fromkeys(("day", "days", "hour", "hours", "minute", "minutes"), _words("duration length delay wait")),
    **dict.fromkeys(("degree", "degrees"), _words("temp temperature")),
    **dict.fromkeys(("year", "years"), _words("age")),
}
"""What a unit says of the column that is compared: words of its name."""
KEY_ENDINGS = frozenset({"id", "key", "code", "no", "num", "number", "identifier", "uuid"})
NAME_ENDINGS = frozenset({"name", "title", "label"})
FILLER_ENDINGS = frozenset({"amount", "value", "total", "count"})

ADDITIVE = _words(
    """
    person frequency freq
    revenue sale turnover amount quantity qty unit item cost expense spend spending budget volume visit click
    order view download passenger population total subtotal income profit loss payment fee tax discount
    attendance production output consumption death case birth bill tip donation shipment kwh hour minute point
    goal fare casualty injury generation generated invest investment precipitation rainfall
    employment kilometer mile
    """
)  # fmt: skip
"""Words of measures that people mean as a total when they name no aggregate."""
MONEY = _words(
    "bill revenue sale turnover amount cost expense spend spending budget income payment fee total subtotal invoice"
)
"""Of those, what people spend, pay and earn."""
NOT_ADDITIVE = _words(
    """
    price rate age score rating temperature percent pct percentage share ratio weight height average mean
    median margin index grade latitude longitude speed mpg year id level rank min max per horsepower
    displacement acceleration depth width length size salary wait waiting duration
    """
)
CONFUSABLE = _words(
    """
    county country count quality quantity data date sales scale prize price state stage place plate model mode
    city rating racing weight height region religion origin order older gender tender cast cost host name game
    product produce color column station nation
    """
)
"""Words that differ by a letter from a column's word and mean something else: never read as typos."""
