# profile: medium
import joblib
import numpy as np

big = np.ones(2_000_000)
assert joblib.Parallel(n_jobs=2, max_nbytes="1M")(joblib.delayed(np.sum)(big) for _ in range(2)) == [2e6, 2e6]
