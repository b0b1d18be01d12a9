import random

import numpy as np

assert len({np.random.randint(1 << 30), np.random.randint(1 << 30), random.getrandbits(30)}) == 3
assert np.random.default_rng(7).integers(100) == np.random.default_rng(7).integers(100)
