import joblib

memory = joblib.Memory("/workspace/cache", verbose=0)
calls = []


@memory.cache
def slow(n):
    calls.append(n)
    return n + 1


assert (slow(1), slow(1), len(calls)) == (2, 2, 1)
