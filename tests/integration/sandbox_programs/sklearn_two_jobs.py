# profile: medium
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

x, y = make_classification(400, 8, random_state=1)
scores = cross_val_score(RandomForestClassifier(20, n_jobs=2, random_state=1), x, y, cv=3, n_jobs=2)
assert scores.mean() > 0.8
