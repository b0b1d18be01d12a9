import subprocess
import sys

first = subprocess.Popen([sys.executable, "-c", "print('b\\na')"], stdout=subprocess.PIPE)
second = subprocess.run(
    [sys.executable, "-c", "import sys; print(sorted(sys.stdin))"], stdin=first.stdout, capture_output=True, check=True
)
first.stdout.close()
assert first.wait() == 0
assert second.stdout == b"['a\\n', 'b\\n']\n"
