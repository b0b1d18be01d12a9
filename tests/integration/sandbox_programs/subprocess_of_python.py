import subprocess
import sys

code = "import sys, pandas; sys.stdout.write(str(pandas.Series([int(x) for x in sys.stdin.read().split()]).sum()))"
done = subprocess.run([sys.executable, "-c", code], input="1 2 3", capture_output=True, text=True, check=True)
assert done.stdout == "6"
