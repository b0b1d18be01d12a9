import signal
import time

hits = []
signal.signal(signal.SIGALRM, lambda *_: hits.append(time.monotonic()))
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
end = time.monotonic() + 10
while len(hits) < 3 and time.monotonic() < end:
    signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
assert len(hits) >= 3
