"""The embedded server: made, adopted, recovered, stopped; as root and as an ordinary user without a passwd entry."""

import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import daytwo
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.place import SERVICE_STORE, SERVICE_UID, find_place
from daytwo.control.storage.postmaster import postmaster, processes
from daytwo.wire.errors import Unavailable

ORDINARY_UID = 64200
CHILD_SECONDS = 120
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def home(tmp_path):
    """A home that has no server yet."""
    home = tmp_path / "home"
    yield home
    EmbeddedServer(home).destroy()


@pytest.fixture(scope="module")
def used_home(tmp_path_factory):
    """One home for the tests that leave its server as they found it: making one takes a second or more."""
    home = tmp_path_factory.mktemp("embedded") / "home"
    yield home
    EmbeddedServer(home).destroy()


@pytest.fixture
def server(used_home):
    server = EmbeddedServer(used_home)
    yield server
    server.stop()


def execute(url, statement):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def parent_of(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("PPid:")[1].split()[0])


def test_a_server_is_made_kept_and_stopped(server):
    url = server.start()
    assert url.startswith("postgresql+psycopg://daytwo@/daytwo?host=")
    assert server.is_running()
    execute(url, "create table kept_by_restart (n int)")
    execute(url, "insert into kept_by_restart values (42)")
    assert server.start() == url
    server.stop()
    assert not server.is_running()
    assert processes(find_place(server.home).data) == []
    assert execute(server.start(), "select n from kept_by_restart") == [(42,)]


def test_the_server_is_as_it_must_be(server):
    url = server.start()

    def show(name):
        return execute(url, f"show {name}")[0][0]

    assert (show("listen_addresses"), show("fsync"), show("synchronous_commit")) == ("", "on", "on")
    assert (show("server_encoding"), show("timezone"), show("server_version_num")[:2]) == ("UTF8", "UTC", "18")
    assert execute(url, "select datlocale from pg_database where datname = 'daytwo'") == [("C.UTF-8",)]
    assert execute(url, "select current_user")[0][0] == "daytwo"
    place = find_place(server.home)
    for folder in (place.data, place.sockets):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == (SERVICE_UID if IS_ROOT else os.geteuid())
    pid = postmaster(place.data)
    assert os.getsid(pid) == pid != os.getsid(0)
    assert Path(f"/proc/{pid}").stat().st_uid == place.uid


def test_a_failing_statement_leaves_no_value_in_the_log(server):
    url = server.start()
    execute(url, "create table secrets (word text primary key)")
    execute(url, "insert into secrets values ('zanzibar')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        execute(url, "insert into secrets values ('zanzibar')")
    log = server.log.read_text()
    assert "secrets_pkey" in log
    assert "zanzibar" not in log
    assert stat.S_IMODE(server.log.stat().st_mode) == 0o600


@pytest.mark.parametrize("whole_server", [True, False], ids=["every process", "the postmaster alone"])
def test_a_killed_server_recovers(server, whole_server):
    url = server.start()
    execute(url, "drop table if exists kept_by_recovery")
    execute(url, "create table kept_by_recovery as select generate_series(1, 1000) as n")
    data = find_place(server.home).data
    first = postmaster(data)
    for pid in processes(data) if whole_server else [first]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            assert pid != first
    again = EmbeddedServer(server.home)
    assert execute(again.start(), "select count(*) from kept_by_recovery") == [(1000,)]
    assert postmaster(data) != first
    server.is_running()
    again.stop()


def test_a_server_that_was_told_to_stop_does_not_wait_for_its_clients(server):
    url = server.start()
    before = postmaster(find_place(server.home).data)
    with psycopg.connect(url.replace("+psycopg", "")):
        os.kill(before, signal.SIGTERM)
        while server.is_running():
            pass
        assert server.start() == url
    assert postmaster(find_place(server.home).data) != before
    assert server.is_running()


def test_a_server_whose_supervisor_was_killed_is_adopted(server):
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from daytwo.control.storage.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1])); server.start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.run([sys.executable, "-c", code, server.home], timeout=CHILD_SECONDS, check=False)
    assert child.returncode == -signal.SIGKILL
    left_over = postmaster(find_place(server.home).data)
    assert left_over is not None
    server.start()
    assert postmaster(find_place(server.home).data) == left_over
    server.stop()
    assert postmaster(find_place(server.home).data) is None


def test_a_stale_process_id_that_a_stranger_has_is_no_server(server):
    server.start()
    server.stop()
    place = find_place(server.home)
    stale = place.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{place.data}\n1\n5432\n{place.sockets}\n\n0 0\n")
    os.chown(stale, place.uid, place.gid)
    assert postmaster(place.data) is None
    assert execute(server.start(), "select 1") == [(1,)]


def test_starts_that_race_share_one_server_and_clear_an_interrupted_making(home):
    (home / "control").mkdir(parents=True)
    place = find_place(home)
    partial = place.root / "initdb-interrupted"
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18\n")
    servers = [EmbeddedServer(home) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        urls = list(pool.map(EmbeddedServer.start, servers))
    assert len(set(urls)) == 1
    assert not partial.exists()
    family = processes(place.data)
    assert [pid for pid in family if parent_of(pid) not in family] == [postmaster(place.data)]
    servers[0].stop()
    assert [server.is_running() for server in servers] == [False] * 3


def test_a_server_that_cannot_start_says_where_to_look(server):
    server.start()
    server.stop()
    needed = find_place(server.home).data / "global" / "pg_control"
    aside = needed.rename(needed.with_suffix(".aside"))
    with pytest.raises(Unavailable, match=r"postgres\.log") as caught:
        server.start()
    assert caught.value.code == "database_unavailable"
    aside.rename(needed)
    server.start()


def test_data_of_another_version_is_refused(server):
    server.start()
    server.stop()
    version = find_place(server.home).data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(Unavailable, match="made by PostgreSQL 17"):
        server.start()
    version.write_text("18\n")
    server.start()


def test_a_server_whose_home_was_deleted_is_stopped(home):
    server = EmbeddedServer(home)
    server.start()
    place = find_place(home)
    pid = postmaster(place.data)
    aside = home.rename(home.with_name("aside"))
    server.stop()
    if IS_ROOT:
        assert not Path(f"/proc/{pid}").exists()
    aside.rename(home)
    server.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert processes(place.data) == []


def test_asking_about_a_home_makes_nothing(tmp_path):
    server = EmbeddedServer(tmp_path / "home")
    assert not server.is_running()
    server.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_moved_home_keeps_its_data_and_a_copied_one_shares_nothing(home, tmp_path):
    server = EmbeddedServer(home)
    execute(server.start(), "create table kept as select 7 as n")
    server.stop()
    moved = home.rename(tmp_path / "moved")
    again = EmbeddedServer(moved)
    assert execute(again.start(), "select n from kept") == [(7,)]
    again.stop()
    shutil.copytree(moved, home)
    if IS_ROOT:
        with pytest.raises(Unavailable, match="is a copy of"):
            server.start()
        (home / "control" / "postgres.place").unlink()
    execute(server.start(), "create table other as select 8 as n")
    assert execute(again.start(), "select to_regclass('other')") == [(None,)]
    server.stop()
    again.destroy()


def test_a_private_folder_above_the_home_stays_private(tmp_path):
    outer = tmp_path / "private"
    outer.mkdir(mode=0o700)
    inner = EmbeddedServer(outer / 'a home, with a "name"')
    try:
        inner.start()
        place = find_place(inner.home)
        assert stat.S_IMODE(outer.stat().st_mode) == 0o700
        assert place.data.is_relative_to(SERVICE_STORE if IS_ROOT else outer)
        running = Path(f"/proc/{postmaster(place.data)}/exe").resolve()
        assert running.is_relative_to(SERVICE_STORE) == IS_ROOT
    finally:
        inner.destroy()
    assert not place.data.exists()


ORDINARY_USER = """
import os, sys
from pathlib import Path
import psycopg
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.place import find_place
assert os.geteuid() == int(sys.argv[2]) != 0
for home in (Path(sys.argv[1]), Path(sys.argv[1]) / ("long " * 25)):
    server = EmbeddedServer(home)
    url = server.start()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("select current_user").fetchone() == ("daytwo",)
    place = find_place(server.home)
    assert place.data == server.home / "control" / "postgres"
    assert (place.data.stat().st_uid, place.data.stat().st_mode & 0o777) == (os.geteuid(), 0o700)
    server.destroy()
    assert not place.data.exists()
print("an ordinary user has a database")
"""

REACH = """
set -eu
reach() {
  private=$1; shift
  stage=$(mktemp -d --tmpdir="$scratch")
  mount --rbind "$private" "$stage"
  mount -t tmpfs -o mode=755 none "$private"
  for needed in "$@"; do
    case "$needed" in "$private"/*)
      mkdir -p "$needed"; mount --rbind "$stage${needed#"$private"}" "$needed";;
    esac
  done
}
"""
"""Within a private mount namespace: what the child needs stays where it is, but below a folder that it may enter."""


def private_ancestors(paths):
    found = {ancestor for path in paths for ancestor in path.parents if not ancestor.stat().st_mode & stat.S_IXOTH}
    return sorted(folder for folder in found if not any(parent in found for parent in folder.parents))


def as_ordinary_user(home):
    """The command before Python's arguments, for a user that no passwd file names."""
    os.chown(home, ORDINARY_UID, ORDINARY_UID)
    needed = [Path(sys.base_prefix).resolve(), Path(sys.prefix), Path(daytwo.__file__).resolve().parent]
    calls = [shlex.join(["reach", *map(str, (folder, *needed))]) for folder in private_ancestors(needed)]
    drop = f"exec setpriv --reuid {ORDINARY_UID} --regid {ORDINARY_UID} --clear-groups"
    script = "\n".join([f"scratch={home}", REACH, *calls, f'{drop} "$@"'])
    return ["unshare", "--mount", "bash", "-c", script, "-", sys.executable]


def test_an_ordinary_user_without_a_passwd_entry_has_a_database():
    # Not below tmp_path, which only root can enter.
    home = Path("/tmp") / f"daytwo-test-{os.getpid()}"
    home.mkdir(mode=0o700)
    try:
        command = as_ordinary_user(home) if IS_ROOT else [sys.executable]
        uid = ORDINARY_UID if IS_ROOT else os.geteuid()
        child = subprocess.run(
            [*command, "-c", ORDINARY_USER, home, str(uid)],
            capture_output=True,
            text=True,
            timeout=CHILD_SECONDS,
            check=False,
        )
        assert child.stdout.strip() == "an ordinary user has a database", child.stderr
    finally:
        shutil.rmtree(home)
