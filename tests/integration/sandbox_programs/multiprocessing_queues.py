# profile: medium
import multiprocessing

fork = multiprocessing.get_context("fork")


def feed(queue, lock, value):
    for n in range(10):
        with lock:
            value.value += n
        queue.put(n)


queue, lock, value = fork.Queue(), fork.Lock(), fork.Value("i", 0)
workers = [fork.Process(target=feed, args=(queue, lock, value)) for _ in range(2)]
for worker in workers:
    worker.start()
assert sum(queue.get(timeout=20) for _ in range(20)) == 90
for worker in workers:
    worker.join()
assert value.value == 90
