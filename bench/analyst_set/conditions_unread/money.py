"""What people ask about premiums, loans, expenses and pay, with a condition."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Nothing, Number, OrNothing
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import most, totals

INSURED = over(
    "insured",
    {
        "what's the average age of female smokers from the southeast": lambda d: Number(d[(d.sex == "female") & (d.smoker == "yes") & (d.region == "southeast")].age.mean()),
        "total charges for people in the southwest and northwest": lambda d: Number(d[d.region.isin(["southwest", "northwest"])].charges.sum()),
        "share of smokers among women": lambda d: share((d[d.sex == "female"].smoker == "yes").mean()),
        "what proportion of people over 50 smoke": lambda d: share((d[d.age > 50].smoker == "yes").mean()),
        "average bmi in the north east": lambda d: Number(d[d.region == "northeast"].bmi.mean()),
        "which region has the most smokers": lambda d: most(d[d.smoker == "yes"].groupby("region").size()),
        "mean charges for people in their 40s": lambda d: Number(d[d.age.between(40, 49)].charges.mean()),
    },
)  # fmt: skip

LOANS = over(
    "loans",
    {
        "what share of loans defaulted": lambda d: share(d.defaulted.mean()),
        "avg interest rate for borrowers with a credit score under 600": lambda d: Number(d[d.credit_score < 600].interest_rate.mean()),
        "total lent to self-employed people in Texas": lambda d: Number(d[(d.employment == "self-employed") & (d.state == "Texas")].amount_usd.sum()),
        "default rate for wedding loans": lambda d: share(d[d.purpose == "wedding"].defaulted.mean()),
        "how many loans were issued in 2023 to retired people": lambda d: Number(((d.issued_on.dt.year == 2023) & (d.employment == "retired")).sum()),
        "median credit score of people who did not default": lambda d: Number(d[~d.defaulted].credit_score.median()),
        "how many loans to dentists": lambda d: Nothing(),
        "total amount for debt consolidation excluding Texas": lambda d: Number(d[(d.purpose == "debt consolidation") & (d.state != "Texas")].amount_usd.sum()),
    },
)  # fmt: skip

EXPENSES = over(
    "expenses",
    {
        "how much did Bob spend": lambda d: Number(d[d.Employee == "Bob"].Amount.sum()),
        "how much did Alice spend on travel": lambda d: Number(d[(d.Employee == "Alice") & (d.Category == "Travel")].Amount.sum()),
        "number of unreimbursed expenses in engineering": lambda d: Number(((d.Reimbursed == "N") & (d.Department == "Engineering")).sum()),
        "largest single expense at Staples": lambda d: Number(d[d.Merchant == "Staples"].Amount.max()),
        "total by department for meals only": lambda d: totals(d[d.Category == "Meals"], "Department", "Amount"),
        "what did we spend on office suplies": lambda d: Number(d[d.Category == "Office supplies"].Amount.sum()),
        "how much did Gertrude spend": lambda d: Nothing(),
        "expenses under $20 in sales, count": lambda d: Number(((d.Amount < 20) & (d.Department == "Sales")).sum()),
        "share of spend that went on software": lambda d: share(d[d.Category == "Software"].Amount.sum() / d.Amount.sum()),
    },
)  # fmt: skip

WORKFORCE = over(
    "workforce",
    {
        "average monthly income of managers in research": lambda d: Number(d[(d.JobRole == "Manager") & (d.Department == "Research")].MonthlyIncome.mean()),
        "attrition rate for people who do overtime": lambda d: share((d[d.OverTime == "Yes"].Attrition == "Yes").mean()),
        "what percent of women in HR quit": lambda d: OrNothing(share((d[(d.Gender == "Female") & (d.Department == "Human Resources")].Attrition == "Yes").mean())),
        "highest income of a scientist": lambda d: Number(d[d.JobRole == "Scientist"].MonthlyIncome.max()),
        "headcount in marketing": lambda d: Number((d.Department == "Marketing").sum()),
        "attrition rate by department": lambda d: shares((d.Attrition == "Yes").groupby(d.Department).mean()),
        "how many work overtime and live within 5 km": lambda d: OrNothing(Number(((d.OverTime == "Yes") & (d.DistanceFromHome <= 5)).sum())),
    },
)  # fmt: skip

QUESTIONS = [*INSURED, *LOANS, *EXPENSES, *WORKFORCE]
