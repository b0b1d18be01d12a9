# profile: medium
import multiprocessing


def work(n):
    return n * 2


with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(work, range(5)) == [0, 2, 4, 6, 8]
