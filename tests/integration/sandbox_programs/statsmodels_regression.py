import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

x = np.arange(100.0)
frame = pd.DataFrame({"x": x, "y": 3 * x + 2 + np.sin(x)})
fit = smf.ols("y ~ x", frame).fit()
assert abs(fit.params["x"] - 3) < 0.01
assert "R-squared" in fit.summary().as_text()
assert sm.stats.durbin_watson(fit.resid) > 0
