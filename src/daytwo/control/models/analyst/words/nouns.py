"""What people call columns, rows, units: synonyms, and what a word of a name says of its column."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROW_WORDS = frozenset({"row", "record", "entry", "line", "observation", "case"})
TALLIES = frozenset({"person", "count", "frequency", "freq", "n", "number"})
"""Names of a column that says how many things each row stands for."""

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "revenue turnover sale", "carrier airline", "died death deceased mortality dead fatality fatal",
        "quantity qty unit item piece", "customer client buyer cust", "product article prod",
        "employee staff worker emp", "country nation ctry", "child kid", "attrition churn left quit leaver",
        "gender sex", "salary pay wage", "city town", "department dept",
        "manufacturer maker", "temperature temp", "distance dist", "rating star satisfaction",
        "amount amt", "population pop", "latitude lat", "longitude lon lng", "percent pct percentage", "weight wt",
        "height ht", "category cat", "horsepower hp", "price prc", "date dt", "year yr", "month mth", "identifier id",
        "description desc", "address addr", "discount disc reduction", "number num no", "phone telephone tel",
        "patient subject pt inpatient", "unemployment unemp", "inflation infl", "consumption cons",
        "investment inv invest",
        "doctor physician", "destination dest", "departure dep", "arrival arr", "minute min", "duration dur",
        "average avg mean", "hospital clinic", "premium prem", "account acct", "transaction txn", "email e-mail",
        "education educ schooling", "expenditure exp spending spend cost", "return ret", "volume vol flow",
        "capita head person cap", "gdp wealth", "attendance crowd",
        "manager boss", "impression impr", "campaign cmp",
        "january jan", "february feb", "march mar", "april apr", "june jun", "july jul",
        "august aug", "september sep sept", "october oct", "november nov", "december dec",
    )
)  # fmt: skip
EXTREME_WORDS = {
    "max": ("maximum", "max"), "min": ("minimum", "min"), "avg": ("average", "mean", "avg"),
    "mean": ("average", "mean", "avg"), "maximum": ("max", "maximum"), "minimum": ("min", "minimum"),
}  # fmt: skip
EXTREMES = frozenset({"maximum", "max", "minimum", "min"})
"""How people begin the name of a column that ends in an aggregate: `temp_max`, “maximum temperature”."""
AFTER_COLUMN = _words(
    "temperature speed type kind rate value level figure score reading data column variable percentage amount friendly"
)
"""Words behind a column's name that say nothing more: “murder rate” where the column is `murder`."""
BEFORE_COLUMN = _words("price level amount value rate")
"""Words before “of” and a number's name that say nothing more: “price of gas” where the column is `gas`."""
PERSONS = _words(
    """
    people person individual man woman somebody someone everybody everyone patient student pupil participant respondent
    customer client user member voter passenger employee worker guest visitor resident citizen player athlete adult
    subject holder owner buyer driver attendee applicant borrower inpatient kid child pt
    """
)
"""What each row of a table of people may be called."""
AGED = frozenset({"child", "kid", "adult"})
"""Of those, people of some age only."""
HAPPENED = frozenset({"churn", "default", "attrition", "smoker", "fraud", "survival", "death", "readmission"})
"""Nouns that name a column of yes and no, or of 0 and 1, besides participles."""
PARENTS = frozenset({"mother", "father", "mom", "mum", "dad", "wife", "husband", "parent"})
"""Who is in the rows besides, where a column's name begins so: `mother_age`."""
NUMBERED_PERSONS = _words("subject patient participant respondent customer client user member")
"""Whom a whole number stands for, where a column is called so and no more."""
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
PERSON_CORES = frozenset((word,) for word in PERSON_COLUMNS)
GENDERS = {
    "ladies": "female", "gentlemen": "male",
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
    "billion": "billions", "million": "millions", "thousand": "thousands", "bn": "billions", "mn": "millions",
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "dollar": "USD", "euro": "EUR", "kg": "kg", "g": "g",
    "lb": "lb",
    "lbs": "lb", "pound": "lb", "mph": "mph", "hp": "hp", "mg": "mg",
    "km": "km", "m": "m", "cm": "cm", "mm": "mm", "mile": "miles", "pct": "%", "percent": "%",
    "hour": "hours", "hr": "hours", "minute": "minutes", "second": "seconds", "sec": "seconds",
    "ms": "ms",
    "yrs": "years", "hrs": "hours", "mins": "minutes", "secs": "seconds", "bpm": "bpm", "mmhg": "mmHg", "yr": "years",
    "year": "years", "day": "days", "mwh": "MWh",
    "kwp": "kWp", "ngml": "ng/mL", "ugml": "µg/mL", "mgml": "mg/mL", "mgdl": "mg/dL", "nm": "nm", "ppm": "ppm",
    "tonne": "t", "ton": "t", "mi": "miles", "sek": "SEK", "jpy": "JPY", "inr": "INR", "aud": "AUD", "cad": "CAD",
    "celsius": "°C", "c": "°C", "f": "°F", "kwh": "kWh", "kw": "kW", "mb": "MB", "gb": "GB", "in": "in",
    "ft": "ft", "sqft": "sq ft", "sqm": "m²", "m2": "m²", "ha": "ha", "l": "l", "ml": "ml",
}  # fmt: skip
SCALES: tuple[dict[str, float], ...] = (
    {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "ms": 0.001},
    {"mm": 0.001, "cm": 0.01, "m": 1, "km": 1_000, "miles": 1_609.344, "ft": 0.3048, "in": 0.0254},
    {"mg": 0.001, "g": 1, "kg": 1_000, "t": 1_000_000, "lb": 453.59237},
    {"ml": 0.001, "l": 1},
)
"""Units of one kind, each in the same smallest one."""
IN_YEARS = frozenset({"age", "experience", "service", "seniority"})
"""Numbers that are told in years where their names tell no unit; of a tenure it may be months."""
_MONEY_UNIT = _words("bill price cost amount revenue income salary fee total fare sale rent charge premium")
UNIT_COLUMNS = {
    **dict.fromkeys(("dollar", "dollars", "euro", "euros", "pounds", "usd", "eur", "bucks", "quid"), _MONEY_UNIT),
    **dict.fromkeys(("day", "days", "hour", "hours", "minute", "minutes"), _words("duration length delay wait")),
    **dict.fromkeys(("degree", "degrees"), _words("temp temperature")),
    **dict.fromkeys(("year", "years"), _words("age")),
}
"""What a unit says of the column that is compared: words of its name."""
KEY_ENDINGS = frozenset({"id", "key", "code", "cd", "no", "nr", "num", "nbr", "number", "identifier", "uuid", "guid"})
NAME_ENDINGS = frozenset({"name", "nm", "title", "label"})
FILLER_ENDINGS = frozenset({"amount", "value", "total", "count", "score", "mark", "init", "initial", "desc", "text"})

ADDITIVE = _words(
    """
    person frequency freq
    revenue sale turnover amount quantity qty unit item cost expense spend spending budget volume visit click
    order view download passenger population total subtotal income profit loss payment fee tax discount
    attendance production output consumption death case birth bill tip donation shipment kwh hour minute point
    goal fare casualty injury generation generated invest investment precipitation rainfall
    employment kilometer mile pop passenger execution review
    """
)  # fmt: skip
"""Words of measures that people mean as a total when they name no aggregate."""
MONEY = _words(
    "bill revenue sale turnover amount cost expense spend spending budget income payment fee total subtotal invoice"
)
"""Of those, what people spend, pay and earn."""
UNITS_SOLD = _words("quantity qty unit item piece volume")
"""What is sold, in pieces."""
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
WAGES = _words("salary pay wage income")
BASKETS = _words("transaction txn order receipt basket invoice ticket bill")
"""Words of a key that several rows share: what somebody bought at once."""
JUDGING = _words("rating star satisfaction score grade gpa")
"""Numbers that are there to judge by."""
GOOD = JUDGING | _words(
    """
    revenue sale turnover profit margin return ret yield growth efficiency mpg goal point win accuracy click visit
    productivity attendance
    """
)
"""Of which everybody wants much."""
BAD = _words(
    """
    delay inflation unemployment error death loss wait waiting complaint crime murder defect churn bounce poverty
    violence accident casualty late
    """
)
"""Of which everybody wants little."""
LASTING = _words("duration length stay los wait waiting elapsed runtime lasted")
"""Words of a number that says how long something lasts."""
MONEY_NOUNS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("sale", "revenue", "turnover", "taking", "proceeds", "business", "expense", "payment"),
        _words("revenue sale turnover amount total subtotal bill payment fare"),
    ),
    **dict.fromkeys(
        ("spend", "spending", "expenditure", "spent", "money", "basket"),
        _words("revenue sale turnover amount total subtotal bill payment fare cost expense spend spending budget"),
    ),
}
"""What people call money that is taken or spent, where one column alone can be it: words of its name."""
ALIKE: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "order sale purchase transaction", "ticket case issue request", "flight trip journey",
        "bill meal receipt check", "admission stay hospitalisation hospitalization hospitalisations", "trail hike walk",
        "movie film", "employee staff worker colleague", "accident crash collision",
        "house home property listing apartment flat place unit",
        "student pupil", "car vehicle auto", "patient subject", "review rating", "shipment parcel delivery package",
        "visit appointment", "booking reservation", "product item article", "customer client buyer shopper",
        "rental ride trip hire", "loan credit", "payment transaction", "invoice bill", "call phonecall",
        "shop store branch outlet", "consignment shipment load freight delivery", "pupil student kid child",
        "inpatient patient admission stay pt", "observation ob reading measurement", "fixture match game",
        "staff employee people colleague worker person", "permit application", "till sale", "assay sample test",
        "read reading", "voter respondent participant", "recipe dish", "song track", "match game fixture",
    )
)  # fmt: skip
"""Names of tables for which people say another word of the same group."""
INHABITANTS = _words("people inhabitants citizens residents")
"""Whom a column of the population counts."""
EVENTS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "hire hired join joined joiner start started starter enrol enrolled enrolment enrollment onboard",
        "leave left leaver term terminated termination exit exited end ended quit resign departure",
        "admit admitted admission", "discharge discharged disch release",
        "file filed filing submit submitted apply applied",
        "issue issued grant granted approve approved approval",
        "pickup picked collect collected",
        "deliver delivered delivery arrive arrived arrival", "ship shipped shipment dispatch dispatched", "run ran",
        "open opened", "close closed closure resolve resolved", "order ordered", "pay paid payment", "sell sold sale",
        "book booked booking", "die died death", "born birth", "return returned", "sign signed signup", "read",
    )
)  # fmt: skip
"""Verbs and nouns of what happened at a date, as people say it and as names do."""
STOCKS = _words("population pop inventory stock balance headcount")
"""What is there at a time: totals over several times count it again."""
PEOPLE = _words(
    """
    agent customer client employee player salesperson rep driver doctor waiter candidate winner author director name
    user person student teacher patient artist athlete seller buyer manager nurse physician owner member technician
    """
)
"""Words of a column that says who."""
