import gc
import resource
import sys
import tracemalloc

tracemalloc.start()
blocks = [bytearray(1 << 20) for _ in range(50)]
assert tracemalloc.get_traced_memory()[0] > 50 << 20
del blocks
gc.collect()
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 1000
sys.setrecursionlimit(3000)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


assert depth(2500) == 2500
