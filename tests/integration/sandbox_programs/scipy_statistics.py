import numpy as np
from scipy import optimize, signal, sparse, stats

assert stats.ttest_ind([1, 2, 3], [11, 12, 13]).pvalue < 0.01
assert abs(optimize.minimize(lambda v: (v[0] - 3) ** 2, [0.0]).x[0] - 3) < 1e-4
assert sparse.eye(1000).tocsr().sum() == 1000
assert len(signal.find_peaks(np.sin(np.arange(0, 20, 0.1)))[0]) == 3
