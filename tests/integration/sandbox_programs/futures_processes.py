# profile: medium
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
    assert list(pool.map(abs, [-1, -2, -3])) == [1, 2, 3]
