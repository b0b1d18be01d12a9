import decimal
import fractions
import math
import statistics

decimal.getcontext().prec = 50
assert str(decimal.Decimal(2).sqrt()).startswith("1.4142135623730950488016887242096980785696718753769")
assert sum(fractions.Fraction(1, n) for n in range(1, 11)) == fractions.Fraction(7381, 2520)
assert statistics.quantiles(range(100), n=4)[1] == 49.5
assert math.isclose(math.fsum([0.1] * 10), 1)
