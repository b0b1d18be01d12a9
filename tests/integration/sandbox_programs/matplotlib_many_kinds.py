import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

fig, axes = plt.subplots(2, 2)
pd.DataFrame({"a": [1, 2], "b": [3, 4]}).plot.bar(ax=axes[0, 0])
axes[0, 1].imshow(np.random.rand(8, 8), cmap="viridis")
axes[1, 0].hist(np.random.randn(100))
axes[1, 1].boxplot([[1, 2, 3], [2, 3, 4]])
fig.tight_layout()
fig.savefig("/workspace/figure.png", dpi=60)
