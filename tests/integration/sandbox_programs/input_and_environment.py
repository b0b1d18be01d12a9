import getpass
import os
import platform
import sys

assert sys.stdin.read() == ""
assert os.environ["HOME"] == os.getcwd() == "/workspace"
assert getpass.getuser() == "sandbox"
assert os.path.expanduser("~") == "/workspace"
assert platform.system() == "Linux"
assert os.cpu_count() >= 1
assert os.get_terminal_size is not None
