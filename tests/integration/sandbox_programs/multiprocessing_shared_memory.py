# profile: medium
from multiprocessing import resource_tracker, shared_memory

import numpy as np

block = shared_memory.SharedMemory(create=True, size=8000)
array = np.ndarray((1000,), dtype="float64", buffer=block.buf)
array[:] = 2
again = shared_memory.SharedMemory(block.name)
assert np.ndarray((1000,), dtype="float64", buffer=again.buf).sum() == 2000
del array
again.close()
block.close()
block.unlink()
