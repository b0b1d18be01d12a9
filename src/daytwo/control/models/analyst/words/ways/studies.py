"""Studies of columns: correlation, regression, distribution, outliers, duplicates, missing values."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

from daytwo.control.models.analyst.words.ways.way import Way

_ASKING = r"(?:how many |number of |count |any |find |show |list |count of )*"
_MISSING = r"(?:missing|null|empty|unknown)"

_CHART = r"(?:bar |line |column |time series )?(?:chart|graph|plot|diagram)"

WAYS = (
    Way(r"^(?:please )?(?:show (?:me )?|draw |make |create |give me )?(?:a |the )?scatter ?(?:plot|chart|diagram)? (?:of|for) (.+?) (?:and|vs\.?|versus|against|by|with|to) ", r"@correlation \1 and ",
        "draw a scatter plot of price against weight", "@correlation price and weight"),
    Way(rf"^(?:please )?(?:can you )?(?:(?:plot|graph|chart|draw|visuali[sz]e)|(?:show (?:me )?|make |create |draw |give me )?(?:a |the )?{_CHART} (?:of|for|with|showing))(?: me)?(?: the)? (?!of\b)", "show ",
        "plot the revenue by region", "show revenue by region"),
    Way(r"^(?:which|what) (?:variables?|columns?|numbers?|factors?) (?:is|are|correlates?|has|have) (?:the )?(?:most |strongest |highest |best )?(?:strongly )?(?:correlat\w+ )?(?:most )?(?:strongly )?(?:with|to) ", " @correlation ",
        "which column correlates most with price", "@correlation price"),
    Way(r"\b(?:is there (?:a |any )?|how strong is the |what(?:'s| is) the )?(?:correlations?(?: coefficient)?|relationship|association) (?:between|of|among)", " @correlation ",
        "is there a correlation between price and weight", "@correlation price and weight"),
    Way(r"\b(?:how|are|is|does|do) (.+?) (?:is |are )?(?:correlate[sd]?|correlated|related) (?:with|to|and) ", r" @correlation \1 and ",
        "is price correlated with weight", "@correlation price and weight"),
    Way(r"^what correlates (?:most |best )?with ", "@correlation ", "what correlates with price?", "@correlation price?"),
    Way(r"^(?:the )?correlations? (?!between|of|among)(.+?) (?:and|with|to|vs\.?) ", r"@correlation \1 and ", "correlation price and weight", "@correlation price and weight"),
    Way(r",? (?:with|and) (?:its |the |a )?standard errors?$", "", "regression of price on weight, with standard error", "regression of price on weight"),
    Way(r"^does (?:a )?(?:bigger|higher|larger|greater|longer|more) (.+?) (?:mean|imply|go with|lead to|come with) (?:a )?(?:bigger|higher|larger|greater|longer|more) (.+?)\??$", r"@correlation \1 and \2",
        "does a bigger bill mean a bigger tip?", "@correlation bill and tip"),
    Way(r"\b(?:(?:simple |multiple )?(?:linear )?regression of|regress|fit|run a (?:linear )?regression of|fit a (?:linear )?regression of|linear model of) (.+?) (?:on|against|by|from|using|with)(?: the)? ", r" @regression \1 and ",
        "linear regression of price on weight", "@regression price and weight"),
    Way(r"\bdoes (.+?) (?:predict|explain|influence|affect|determine) (.+?)\?.*$", r" @regression \2 and \1", "does weight affect price?", "@regression price and weight"),
    Way(r"\bhow (?:is|are) (.+?) distributed\b", r" @distribution \1", "how is age distributed", "@distribution age"),
    Way(r"\b(?:what does )?(?:the )?(?:distribution|histogram|spread)(?: look like)? (?:of|for|in)(?: the)? ", " @distribution ",
        "histogram of the age", "@distribution age"),
    Way(r"^(\w+) (?:distribution|histogram)\??$", r"@distribution \1", "age distribution", "@distribution age"),
    Way(r"\b(?:are|is) there (?:any |an )?(outlier|duplicate|missing|null)", r"\1", "are there any outliers in price", "outliers in price"),
    Way(r"\b(?:how many |number of |which (?:\w+ )?are |any |find |show |list |detect )?(?:outliers?|anomalies|extreme values)(?: are there)? (?:in|of|for|by)(?: the)? ", " @outliers ",
        "how many outliers are there in the price", "@outliers price"),
    Way(rf"\b{_ASKING}duplicate[sd]?(?: (?:rows?|records?|entries|lines))?(?: are there| (?:in|of) the data\w*)?\??$", " @duplicates",
        "how many duplicate rows are there?", "@duplicates"),
    Way(rf"\b{_ASKING}(?:duplicate[sd]?|repeated) (?:values of |values in )?", " @duplicates ", "count duplicate values of email", "@duplicates email"),
    Way(rf"\bwhich (?:columns|variables|fields) (?:have|has|contain|are) (?:any )?{_MISSING}(?: values| data| entries)?\??", " @missing",
        "which columns have missing values?", "@missing"),
    Way(rf"\b(?:share of )?{_ASKING}{_MISSING} (?:values?|data|entries|cells)(?: are there)?(?: (?:per|by|for each|in each|in every) (?:column|variable|field)| in the (?:data\w*|table|file))?\??$", " @missing",
        "missing values per column?", "@missing"),
    Way(rf"\b(?:share of )?{_ASKING}{_MISSING} (?:values? |data |entries )?(?:in|of|for)(?: the)? ", " @missing ", "how many missing values in price", "@missing price"),
    Way(r"^(?:how many |number of |count )?(?:missing|empty|unknown) ([\w ]+?) (?:values?|entries|fields?)\??$", r"@missing \1", "missing price values", "@missing price"),
    Way(r"\b(?:how many |number of |count )(.+?) (?:values? |entries )?(?:are|is) (?:missing|null|empty|unknown|not known|blank)\b", r" @missing \1",
        "how many prices are missing", "@missing prices"),
)  # fmt: skip
