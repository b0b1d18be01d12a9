import numpy as np

matrix = np.random.default_rng(1).normal(size=(300, 300))
values = np.linalg.eigvalsh(matrix @ matrix.T)
assert values.min() > 0
assert np.allclose(np.linalg.solve(matrix, matrix @ np.ones(300)), 1)
