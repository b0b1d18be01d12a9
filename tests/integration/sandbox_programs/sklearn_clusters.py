import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

points = np.random.default_rng(3).normal(size=(300, 5)) + np.repeat([[0], [10], [20]], 100, axis=0)
labels = KMeans(3, n_init=2, random_state=1).fit_predict(PCA(2).fit_transform(points))
assert sorted(np.bincount(labels)) == [100, 100, 100]
