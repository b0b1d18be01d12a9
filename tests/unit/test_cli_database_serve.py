"""What the database's keeper says on standard output is one line, which `up` reads."""

import json
import subprocess
import sys

_KEEPER = """
import os, signal, sys, structlog
from daytwo.cli import serve
from daytwo.control.storage import embedded

class Server:
    def __init__(self, home):
        pass

    def start(self):
        structlog.get_logger().warning("database.orphaned")
        os.kill(os.getpid(), signal.SIGTERM)
        return "postgresql://there"

    def stop(self):
        pass

embedded.EmbeddedServer = Server
serve.database_serve(home=sys.argv[1], with_lifeline=False)
"""


def test_what_it_logs_is_no_part_of_its_announcement(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", _KEEPER, str(tmp_path / "home")], capture_output=True, text=True, check=True
    )
    assert json.loads(ended.stdout) == {"database_url": "postgresql://there"}
    assert "database.orphaned" in ended.stderr
