# profile: medium
import joblib


def square(n):
    return n * n


with joblib.parallel_config(backend="loky", n_jobs=2):
    assert joblib.Parallel()(joblib.delayed(square)(n) for n in range(20)) == [n * n for n in range(20)]
assert joblib.Parallel(n_jobs=2, backend="multiprocessing")(joblib.delayed(abs)(-n) for n in range(4)) == [0, 1, 2, 3]
