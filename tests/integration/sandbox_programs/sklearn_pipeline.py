import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

x = np.array([[1, "a"], [2, "b"], [3, "a"], [4, "b"]], dtype=object)
columns = ColumnTransformer([("n", StandardScaler(), [0]), ("c", OneHotEncoder(), [1])])
assert make_pipeline(columns, LogisticRegression()).fit(x, [0, 0, 1, 1]).predict(x).tolist() == [0, 0, 1, 1]
