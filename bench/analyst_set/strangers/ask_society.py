"""What strangers ask about voters, an election, medals, students, executions and smokers."""
# ruff: noqa: ARG005 - some answers need no look at the table

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Drawn,
    Either,
    Every,
    Figures,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    OrNothing,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, over, share, shares, slope
from bench.analyst_set.strangers.answers import (
    compared,
    counts,
    drawn,
    least,
    means,
    more,
    most,
    named,
    totals,
)


def _votes(d: pd.DataFrame) -> pd.Series:
    """Each candidate's share of the voters of each school."""
    return d.groupby("education").vote.value_counts(normalize=True)


VOTERS = over(
    "voters",
    {
        "Who won?": lambda d: OrNothing(most(d.groupby("vote").size())),
        "how many people voted for Clinton": lambda d: Number((d.vote == "Clinton").sum()),
        "How many would vote Dole?": lambda d: Number((d.vote == "Dole").sum()),
        "what percentage voted for Dole?": lambda d: share((d.vote == "Dole").mean()),
        "votes by party": lambda d: Either([counts(d, ["party", "vote"]), counts(d, "party")]),
        "vote split by education level": lambda d: Either(
            [
                counts(d, ["education", "vote"]),
                shares(_votes(d)),
            ]
        ),
        "share of Clinton voters by party": lambda d: OrNothing(
            Either(
                [
                    shares((d.vote == "Clinton").groupby(d.party).mean()),
                    shares(d[d.vote == "Clinton"].party.value_counts(normalize=True)),
                ]
            )
        ),
        "average age of Dole voters": lambda d: Number(d[d.vote == "Dole"].age.mean()),
        "Are Clinton voters younger than Dole voters?": lambda d: more(d.groupby("vote").age.mean(), "Dole", "Clinton"),
        "How many respondents have a PhD?": lambda d: Number((d.education == "PhD").sum()),
        "number of strong republicans": lambda d: Number((d.party == "Strong Republican").sum()),
        "how many independents are there?": lambda d: OrNothing(
            Either([Number((d.party == "Independent").sum()), Number(d.party.str.startswith("Independent").sum())])
        ),
        "respondents by education, largest first": lambda d: Ranked(
            d.groupby("education").size().sort_values(ascending=False).index
        ),
        "mean TV news per party": lambda d: means(d, "party", "TVnews"),
        "who watches more tv news, Clinton or Dole voters": lambda d: compared(d.groupby("vote").TVnews.mean()),
        "people older than 80": lambda d: Either([Listed((d.age > 80).sum()), Number((d.age > 80).sum())]),
        "how many are aged 18 to 29?": lambda d: Number(d.age.between(18, 29).sum()),
        "median age": lambda d: Number(d.age.median()),
        "SELECT party, COUNT(*) FROM voters GROUP BY party ORDER BY 2 DESC": lambda d: counts(d, "party"),
        "crosstab of education and vote": lambda d: Either(
            [counts(d, ["education", "vote"]), Figures(list(d.groupby(["education", "vote"]).size()))]
        ),
        "how many never watch TV news": lambda d: Number((d.TVnews == 0).sum()),
        "average age by vote and education": lambda d: means(d, ["vote", "education"], "age"),
        "how many women voted for Clinton?": lambda d: Nothing(),
        "Can you plot the number of voters by age?": lambda d: drawn(counts(d, "age")),
        "most common party among college graduates": lambda d: OrNothing(
            Winner(d[d.education == "college degree"].party.mode()[0])
        ),
        "unique values of party": lambda d: Names(d.party.unique()),
        "how many columns and rows": lambda d: Every([Number(len(d)), Number(len(d.columns))]),
        "Which party has the oldest voters on average?": lambda d: most(d.groupby("party").age.mean()),
    },
)


ELECTION = over(
    "election",
    {
        "how many votes did each candidate get in total?": lambda d: Figures(
            [d.Coderre.sum(), d.Bergeron.sum(), d.Joly.sum()]
        ),
        "total votes for Coderre": lambda d: Number(d.Coderre.sum()),
        "How many districts did Joly win?": lambda d: Number((d.winner == "Joly").sum()),
        "districts won by candidate": lambda d: counts(d, "winner"),
        "who won the most districts": lambda d: most(d.groupby("winner").size()),
        "Which district had the most votes?": lambda d: most(d.set_index("district").total),
        "top 5 districts for Bergeron": lambda d: Ranked(d.nlargest(5, "Bergeron").district),
        "where did Joly get the fewest votes?": lambda d: least(d.set_index("district").Joly),
        "how many districts were won with a majority": lambda d: Number((d.result == "majority").sum()),
        "share of districts won by Coderre": lambda d: share((d.winner == "Coderre").mean()),
        "What share of all votes went to Bergeron?": lambda d: share(d.Bergeron.sum() / d.total.sum()),
        "list the districts Joly won": lambda d: named(d[d.winner == "Joly"], "district"),
        "Did Coderre get more votes than Bergeron?": lambda d: more(d.sum(numeric_only=True), "Coderre", "Bergeron"),
        "give list of district where win Bergeron": lambda d: named(d[d.winner == "Bergeron"], "district"),
        "what percent of the votes did every candidate get?": lambda d: Either(
            [
                Figures([d[name].sum() / d.total.sum() for name in ("Coderre", "Bergeron", "Joly")]),
                Figures([100 * d[name].sum() / d.total.sum() for name in ("Coderre", "Bergeron", "Joly")]),
            ]
        ),
        "average turnout": lambda d: Nothing(),
        "average total by winner": lambda d: means(d, "winner", "total"),
        "result by winner": lambda d: counts(d, ["winner", "result"]),
        "districts where Coderre got over 5k votes": lambda d: named(d[d.Coderre > 5000], "district"),
        "scatter Coderre vs Joly": lambda d: Drawn(),
    },
)

MEDALS = over(
    "medals",
    {
        "who won the most gold?": lambda d: most(d.set_index("nation").gold),
        "how many gold medals did Canada win": lambda d: Number(d.set_index("nation").gold["Canada"]),
        "total medals by nation": lambda d: Groups(d.set_index("nation")[["gold", "silver", "bronze"]].sum(axis=1)),
        "Which country came last in bronze?": lambda d: least(d.set_index("nation").bronze),
        "show everything": lambda d: Listed(3, d.nation),
        "did China win more silver than Canada?": lambda d: more(d.set_index("nation").silver, "China", "Canada"),
        "sum of gold": lambda d: Number(d.gold.sum()),
        "medals in curling": lambda d: Nothing(),
        "how many medals are there altogether?": lambda d: Number(d[["gold", "silver", "bronze"]].sum().sum()),
    },
)

STUDENTS = over(
    "students",
    {
        "How many students are in the class?": lambda d: Number(len(d)),
        "average GPA": lambda d: Number(d.gpa.mean()),
        "what's the best gpa": lambda d: Number(d.gpa.max()),
        "i want to know how many student have psi and improve": lambda d: Number(
            ((d.psi == "yes") & (d.improved == "yes")).sum()
        ),
        "how many pupils improved?": lambda d: Number((d.improved == "yes").sum()),
        "percentage of students who improved with and without psi": lambda d: shares(
            (d.improved == "yes").groupby(d.psi).mean()
        ),
        "improved by psi": lambda d: Either(
            [counts(d, ["psi", "improved"]), shares((d.improved == "yes").groupby(d.psi).mean())]
        ),
        "did students with PSI have a higher average gpa?": lambda d: more(d.groupby("psi").gpa.mean(), "yes", "no"),
        "t-test of gpa between psi groups": lambda d: OrNothing(compared(d.groupby("psi").gpa.mean())),
        "students with a gpa of at least 3.5": lambda d: Either(
            [Listed((d.gpa >= 3.5).sum()), Number((d.gpa >= 3.5).sum())]
        ),
        "regression of gpa on tuce, with standard error": lambda d: Figures(
            [slope(d.tuce, d.gpa).slope, slope(d.tuce, d.gpa).stderr]
        ),
        "quartiles of the tuce score": lambda d: Figures([d.tuce.quantile(q) for q in (0.25, 0.5, 0.75)]),
        "what is the mode of tuce": lambda d: Either([Winner(value) for value in d.tuce.mode()]),
        "variance of gpa": lambda d: Number(d.gpa.var()),
        "give me the 3 best students": lambda d: OrNothing(Listed(3, d.nlargest(3, "gpa").gpa)),
        "who is the teacher?": lambda d: Nothing(),
        "students who did not improve though they had psi": lambda d: Either(
            [
                Listed(((d.improved == "no") & (d.psi == "yes")).sum()),
                Number(((d.improved == "no") & (d.psi == "yes")).sum()),
            ]
        ),
        "mean, median and standard deviation of gpa": lambda d: Figures([d.gpa.mean(), d.gpa.median(), d.gpa.std()]),
    },
)

EXECUTIONS = over(
    "executions",
    {
        "Which state executed the most people?": lambda d: most(d.set_index("state").executions),
        "how many executions in total": lambda d: Number(d.executions.sum()),
        "executions in the south vs the rest": lambda d: compared(d.groupby("south").executions.sum()),
        "What share of all executions happened in Texas?": lambda d: share(
            d[d.state == "Texas"].executions.sum() / d.executions.sum()
        ),
        "states with only one execution": lambda d: named(d[d.executions == 1], "state"),
        "how many southern states": lambda d: Number((d.south == "yes").sum()),
        "average income of southern states": lambda d: Number(d[d.south == "yes"].income.mean()),
        "is poverty higher in the south?": lambda d: more(d.groupby("south").poverty.mean(), "yes", "no"),
        "top 5 violent crime": lambda d: Ranked(d.nlargest(5, "violent_crime").state),
        "richest state": lambda d: most(d.set_index("state").income),
        "compare violent crime in Texas and Florida": lambda d: compared(
            d.set_index("state").violent_crime[["Texas", "Florida"]]
        ),
        "states with income over 40k": lambda d: named(d[d.income > 40000], "state"),
        "states where poverty is more than 15 and income less than 33,000": lambda d: named(
            d[(d.poverty > 15) & (d.income < 33000)], "state"
        ),
        "does poverty correlate with executions": lambda d: Number(d.poverty.corr(d.executions)),
        "which state is second in executions?": lambda d: Winner(
            d.sort_values("executions", ascending=False).state.iloc[1]
        ),
        "how many executions were there in 1999": lambda d: Nothing(),
        "all states except Texas: average executions": lambda d: Number(d[d.state != "Texas"].executions.mean()),
        "horizontal bar chart of executions by state": lambda d: drawn(Groups(d.set_index("state").executions)),
    },
)


def _sick(d: pd.DataFrame) -> pd.DataFrame:
    return d[d.lung_cancer == "yes"]


SMOKING = over(
    "smoking",
    {
        "how many people were studied in total?": lambda d: Number(d.people.sum()),
        "number of people per city": lambda d: totals(d, "city", "people"),
        "How many smokers have lung cancer?": lambda d: Number(_sick(d)[_sick(d).smoker == "yes"].people.sum()),
        "people by smoker and lung cancer": lambda d: totals(d, ["smoker", "lung_cancer"], "people"),
        "which city has the most lung cancer?": lambda d: most(_sick(d).groupby("city").people.sum()),
        "people with lung cancer in Beijing": lambda d: Number(_sick(d)[_sick(d).city == "Beijing"].people.sum()),
        "what share of the people smoke": lambda d: share(d[d.smoker == "yes"].people.sum() / d.people.sum()),
        "which cities are in the data": lambda d: Names(d.city.unique()),
        "how many cities": lambda d: Number(d.city.nunique()),
        "lung cancer rate of smokers and non smokers": lambda d: shares(
            _sick(d).groupby("smoker").people.sum() / d.groupby("smoker").people.sum()
        ),
        "stacked bar of people by city and smoker": lambda d: drawn(totals(d, ["city", "smoker"], "people")),
        "average age of the smokers": lambda d: Nothing(),
        "Does smoking cause cancer?": lambda d: Nothing(),
    },
)

CONVERSATIONS = [
    Asked("voters", "and Dole?", lambda d: Number((d.vote == "Dole").sum()), before=("how many voted for Clinton?",)),
    Asked("voters", "by education?", lambda d: means(d, "education", "age"), before=("average age by party",)),
    Asked(
        "election",
        "as a percentage",
        lambda d: shares(d.groupby("winner").size() / len(d)),
        before=("number of districts by winner",),
    ),
    Asked(
        "executions",
        "without Texas",
        lambda d: Number(d[d.state != "Texas"].executions.sum()),
        before=("total executions",),
    ),
    Asked(
        "smoking",
        "only people with lung cancer",
        lambda d: totals(_sick(d), "city", "people"),
        before=("total people by city",),
    ),
]

QUESTIONS = [*VOTERS, *ELECTION, *MEDALS, *STUDENTS, *EXECUTIONS, *SMOKING, *CONVERSATIONS]
