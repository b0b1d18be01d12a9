import bisect
import collections
import functools
import heapq
import itertools
import operator


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


assert fib(90) == 2880067194370816120
assert heapq.nlargest(2, [3, 1, 2]) == [3, 2]
assert list(itertools.accumulate([1, 2, 3], operator.mul)) == [1, 2, 6]
assert collections.Counter("abca").most_common(1) == [("a", 2)]
assert bisect.bisect([1, 3, 5], 4) == 2
