"""Conditions on rows: ages, signs, missing values, what comes from where."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

from daytwo.control.models.analyst.words.ways.way import NUMBER, Way

WAYS = (
    Way(r"\b(?:have|has|had|with|having) (?:no|a missing|missing|an unknown|unknown|an empty) (?=\w)", " @lacking ", "orders with no region", "orders @lacking region"),
    Way(r"\b(?:of |for |in )?(?:everything|everyone|anything|all) (?=except|but |other than|excluding)", "", "price of everything except fish", "price except fish"),
    Way(r"\bneither ([\w-]+) nor (?:have|has|had|is|are|was|were) (?:an? |the )?(?=\w)", r"not \1 and not ", "members neither active nor have a trainer", "members not active and not trainer"),
    Way(r"\bneither (\S+) nor (\S+)", r"not \1 and not \2", "orders in neither West nor East", "orders in not West and not East"),
    Way(r"\b(?:do|does|did) not (?:come|stem|originate) from\b", "not from", "cars that do not come from Japan", "cars that not from Japan"),
    Way(r"\b(?:do|does|did) not (?:have|contain)\b", "without", "orders that do not have a coupon", "orders that without a coupon"),
    Way(r"\b(?:which|that|who) (?:come|comes|came|stem|are|is|were|was|have|has|had)\b(?! the)", "with", "cars that have 8 cylinders", "cars with 8 cylinders"),
    Way(r"\bwho (?=died|live|work)", "", "people who died in 1992", "people died in 1992"),
    Way(rf"\bbetween ({NUMBER}) and ({NUMBER}) years old\b", r"with age between \1 and \2", "people between 20 and 30 years old", "people with age between 20 and 30"),
    Way(rf"\baged (?:between )?({NUMBER}) (?:to|and|-) ({NUMBER})\b", r"with age between \1 and \2", "people aged 20 to 30", "people with age between 20 and 30"),
    Way(rf"\baged ({NUMBER})\b", r"with age of \1", "people aged 20", "people with age of 20"),
    Way(rf"\b(over|under|above|below|older than|younger than|at least|at most|more than|less than) ({NUMBER}) years? old\b", r"with age \1 \2", "dogs over 10 years old", "dogs with age over 10"),
    Way(rf"\b(?:of |for |among |by )?({NUMBER})(?: to | ?[-–] ?| and )({NUMBER})[- ]year[- ]olds?\b", r"with age between \1 and \2", "visits of 18 to 25 year olds", "visits with age between 18 and 25"),
    Way(rf"\b(?:of |for |among |by )?({NUMBER})[- ]year[- ]olds?\b", r"with age \1", "tips of 30-year-olds", "tips with age 30"),
    Way(rf"\b({NUMBER}) years old\b", r"\1", "people aged 20 years old", "people aged 20"),
    Way(r"\b(?:where|whose|with) (?:the )?([\w' ]+?) (?:is|was|are|were) (?:unknown|missing|empty|blank|null|not (?:known|given|recorded))\b", r"@lacking \1", "rows where the age is unknown", "rows @lacking age"),
    Way(r"\b(?:where|whose|with) (?:the )?([\w' ]+?) (?:is|was|are|were) (?:known|given|present|recorded)\b", r"@having \1", "rows where the age is known", "rows @having age"),
    Way(r"^((?:in )?how many .+?) (?:have|has|had|with) (more|higher|larger|fewer|less|lower) (\w+) than (?:the |its |their )?(?!average|mean|median|\d)(\w+)\??$", lambda m: f"{m[1]} with {m[3]} {'above' if m[2] in {'more', 'higher', 'larger'} else 'below'} {m[4]}", "how many weeks had more sick than well", "how many weeks with sick above well"),
    Way(r"\b(?:with |had |have |has )?(?:a )?negative (\w+)", r"with \1 below 0", "quarters with negative inflation", "quarters with inflation below 0"),
    Way(r"\b(?:with |had |have |has )?(?:a )?positive (\w+)", r"with \1 above 0", "quarters with positive inflation", "quarters with inflation above 0"),
    Way(rf"(?<![\w.])({NUMBER})\+(?= |$|\?)", r"\1 or more", "people with 2+ kids", "people with 2 or more kids"),
    Way(r"\b(than|over|under|least|most|exceeding) an? (hour|minute|day|week|month|year|km|mile|kilometer|kilo|dollar|euro)\b", r"\1 1 \2", "rides longer than an hour", "rides longer than 1 hour"),
    Way(r"\b(\d+)-(?=[a-z]{3})", r"\1 ", "3-bedroom flats", "3 bedroom flats"),
    Way(r"\bbelow zero\b", "below 0", "inflation below zero", "inflation below 0"),
    Way(r"\babove zero\b", "above 0", "inflation above zero", "inflation above 0"),
    Way(r"\bbelow 0 \((\w+ < 0)\)", r"with \1", "inflation below 0 (infl < 0)", "inflation with infl < 0"),
    Way(r"\b(?:weigh|weighs|weighing|weighed)\b", "with weight", "cars weighing over 3000", "cars with weight over 3000"),
    Way(r"\b(?:cost|costs|costing) (?=over|under|more|less|at|between)", "with cost ", "trips costing over 50", "trips with cost over 50"),
    Way(r"\b(?:in|during) the year of\b", "in", "revenue in the year of 2024", "revenue in 2024"),
    Way(r"\b(?:either|both) (?=\S+ (?:\S+ )?(?:or|and) )", "", "orders in either West or East", "orders in West or East"),
)  # fmt: skip
