import copy
import dataclasses
import pickle

import cloudpickle
import numpy as np


@dataclasses.dataclass
class Point:
    x: int
    values: np.ndarray


point = Point(1, np.arange(3))
assert pickle.loads(pickle.dumps(point)).values.tolist() == [0, 1, 2]
assert cloudpickle.loads(cloudpickle.dumps(lambda n: n + point.x))(2) == 3
assert copy.deepcopy(point).values is not point.values
