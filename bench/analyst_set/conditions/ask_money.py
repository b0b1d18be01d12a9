"""What people ask about premiums, loans, expenses and pay, with a condition."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Either, Nothing, Number, OrNothing
from bench.analyst_set.newcomers.answers import rows_or_count
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import most

INSURED = over(
    "insured",
    {
        "avg charges for non smokers with 2+ kids": lambda d: Number(d[(d.smoker == "no") & (d.children >= 2)].charges.mean()),
        "how many people smoke": lambda d: Number((d.smoker == "yes").sum()),
        "how many childless men under 30": lambda d: Number(((d.children == 0) & (d.sex == "male") & (d.age < 30)).sum()),
        "median bmi of males who don't smoke": lambda d: Number(d[(d.sex == "male") & (d.smoker == "no")].bmi.median()),
        "how many have a bmi between 25 and 30": lambda d: Number(d.bmi.between(25, 30).sum()),
        "people with more than three children, average charges": lambda d: Number(d[d.children > 3].charges.mean()),
        "how many customers pay more than average": lambda d: Number((d.charges > d.charges.mean()).sum()),
        "max charge of a nonsmoker": lambda d: Number(d[d.smoker == "no"].charges.max()),
        "average charges of vegetarians": lambda d: Nothing(),
    },
)  # fmt: skip

LOANS = over(
    "loans",
    {
        "how many car loans over 20k": lambda d: Number(((d.purpose == "car") & (d.amount_usd > 20_000)).sum()),
        "total amount of loans that defaulted": lambda d: Number(d[d.defaulted].amount_usd.sum()),
        "default rate by purpose": lambda d: shares(d.groupby("purpose").defaulted.mean()),
        "average amount of 36 month loans": lambda d: Number(d[d.term_months == 36].amount_usd.mean()),
        "how many loans have a rate above 20%": lambda d: Number((d.interest_rate > 20).sum()),
        "loans between 5000 and 10000 dollars, how many": lambda d: Number(d.amount_usd.between(5_000, 10_000).sum()),
        "biggest loan for home improvement": lambda d: Number(d[d.purpose == "home improvement"].amount_usd.max()),
        "number of student loans in Ohio or Nevada": lambda d: Number(((d.employment == "student") & d.state.isin(["Ohio", "Nevada"])).sum()),
        "average credit score in New York since 2022": lambda d: Number(d[(d.state == "New York") & (d.issued_on >= "2022-01-01")].credit_score.mean()),
    },
)  # fmt: skip

EXPENSES = over(
    "expenses",
    {
        "total spent on meals in March": lambda d: Number(d[(d.Category == "Meals") & (d.Date.dt.month == 3)].Amount.sum()),
        "expenses over 200 that were not reimbursed": lambda d: rows_or_count(d[(d.Amount > 200) & (d.Reimbursed == "N")]),
        "how many expenses are missing a receipt": lambda d: Number(d.Receipt.isna().sum()),
        "average uber expense": lambda d: Number(d[d.Merchant == "Uber"].Amount.mean()),
        "how much went to Hilton and Delta together": lambda d: Number(d[d.Merchant.isin(["Hilton", "Delta"])].Amount.sum()),
        "what did legal spend on software in the second half of 2024": lambda d: Number(d[(d.Department == "Legal") & (d.Category == "Software") & (d.Date >= "2024-07-01")].Amount.sum()),
        "who spent the most on travel": lambda d: most(d[d.Category == "Travel"].groupby("Employee").Amount.sum()),
        "how many times did Chen eat at Subway": lambda d: OrNothing(Number(((d.Employee == "Chen") & (d.Merchant == "Subway")).sum())),
        "spending of everyone except Omar": lambda d: Number(d[d.Employee != "Omar"].Amount.sum()),
        "mean expense excluding travel": lambda d: Number(d[d.Category != "Travel"].Amount.mean()),
    },
)  # fmt: skip

WORKFORCE = over(
    "workforce",
    {
        "attrition rate": lambda d: share((d.Attrition == "Yes").mean()),
        "how many single women work overtime": lambda d: Number(((d.MaritalStatus == "Single") & (d.Gender == "Female") & (d.OverTime == "Yes")).sum()),
        "how many employees left": lambda d: Number((d.Attrition == "Yes").sum()),
        "how many live more than 20 km from home": lambda d: OrNothing(Number((d.DistanceFromHome > 20).sum())),
        "employees with over 10 years at the company": lambda d: rows_or_count(d[d.YearsAtCompany > 10]),
        "median age of divorced technicians": lambda d: Number(d[(d.MaritalStatus == "Divorced") & (d.JobRole == "Technician")].Age.median()),
        "how many married men earn less than 3000": lambda d: Number(((d.MaritalStatus == "Married") & (d.Gender == "Male") & (d.MonthlyIncome < 3_000)).sum()),
        "average income of employees younger than 25 or older than 55": lambda d: Number(d[(d.Age < 25) | (d.Age > 55)].MonthlyIncome.mean()),
        "average age of men who are not married": lambda d: Number(d[(d.Gender == "Male") & (d.MaritalStatus != "Married")].Age.mean()),
        "how many assistants in human resources": lambda d: Number(((d.JobRole == "Assistant") & (d.Department == "Human Resources")).sum()),
        "who earns above average in marketing - how many": lambda d: OrNothing(Either([Number(((d.Department == "Marketing") & (d.MonthlyIncome > mean)).sum()) for mean in (d.MonthlyIncome.mean(), d[d.Department == "Marketing"].MonthlyIncome.mean())])),
        "how many newcomers joined this year": lambda d: Nothing(),
    },
)  # fmt: skip

QUESTIONS = [*INSURED, *LOANS, *EXPENSES, *WORKFORCE]
