from concurrent.futures import ThreadPoolExecutor, as_completed

with ThreadPoolExecutor(8) as pool:
    assert sorted(f.result() for f in as_completed([pool.submit(pow, n, 2) for n in range(10)]))[-1] == 81
