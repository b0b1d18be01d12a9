import numpy as np

mapped = np.memmap("/workspace/array", dtype="float64", mode="w+", shape=(1000, 1000))
mapped[:] = 1
mapped.flush()
assert np.memmap("/workspace/array", dtype="float64", mode="r", shape=(1000, 1000)).sum() == 1_000_000
