import numpy as np
from scipy import integrate, interpolate, spatial

assert abs(integrate.quad(np.sin, 0, np.pi)[0] - 2) < 1e-9
assert abs(interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5) - 2.25) < 1e-9
assert spatial.cKDTree(np.eye(3)).query([1, 0, 0])[1] == 0
