import queue
import threading

results = queue.Queue()
ready = threading.Event()


def work(n):
    ready.wait()
    results.put(n)


threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
for thread in threads:
    thread.start()
ready.set()
for thread in threads:
    thread.join()
assert results.qsize() == 20
