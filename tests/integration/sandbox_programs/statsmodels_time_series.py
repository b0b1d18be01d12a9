import numpy as np
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.seasonal import seasonal_decompose

series = np.tile([1.0, 2.0, 3.0, 4.0], 12) + np.arange(48) * 0.1
assert len(seasonal_decompose(series, period=4).trend) == 48
assert len(ExponentialSmoothing(series, trend="add", seasonal="add", seasonal_periods=4).fit().forecast(4)) == 4
