"""Locks, files and ports by which the processes of a home find each other."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from daytwo.cli import ports, upfile
from daytwo.wire.errors import Unavailable

UP = upfile.Up(pid=1, control_url="http://127.0.0.1:11", executor_url="http://127.0.0.1:12", version="0")


def test_up_is_for_its_owner_alone_and_ports_outlive_it(tmp_path: Path) -> None:
    upfile.write_up(tmp_path, UP)
    assert upfile.read_up(tmp_path) == UP
    assert stat.S_IMODE((tmp_path / "up.json").stat().st_mode) == 0o600
    upfile.remove_up(tmp_path)
    assert upfile.read_up(tmp_path) is None
    assert upfile.read_ports(tmp_path) == upfile.Ports(control=11, executor=12)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"pid": "x"}', "\0"])
def test_a_torn_file_is_no_up(tmp_path: Path, text: str) -> None:
    (tmp_path / "up.json").write_text(text)
    assert upfile.read_up(tmp_path) is None


def test_one_holder_or_many_users(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    first = upfile.take(lock, shared=True)
    second = upfile.take(lock, shared=True)
    assert first is not None
    assert second is not None
    assert upfile.take(lock) is None
    os.close(first)
    assert upfile.take(lock) is None
    os.close(second)
    alone = upfile.take(lock)
    assert alone is not None
    os.close(alone)


def test_a_borrowed_up_stays_while_it_is_used(tmp_path: Path) -> None:
    with upfile.using(tmp_path, wait_seconds=0), upfile.using(tmp_path, wait_seconds=0):
        assert upfile.take(tmp_path / "users.lock") is None
    stopping = upfile.take(tmp_path / "users.lock")
    assert stopping is not None
    user = upfile.using(tmp_path, wait_seconds=0)
    with pytest.raises(Unavailable):
        user.__enter__()
    os.close(stopping)


def test_the_home_is_private_and_an_unusable_one_is_told(tmp_path: Path) -> None:
    upfile.prepare_home(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable) as caught:
        upfile.prepare_home(tmp_path / "file" / "home")
    assert caught.value.code == "home_unusable"


def test_ports() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(Unavailable, match="--control-port") as caught:
            ports.choose("127.0.0.1", number, None, flag="--control-port")
        assert caught.value.code == "port_taken"
        assert ports.choose("127.0.0.1", 0, number, flag="-") != number
    assert ports.choose("127.0.0.1", number, None, flag="-") == number
    assert ports.choose("127.0.0.1", 0, number, flag="-") == number


def test_who_is_alive() -> None:
    assert upfile.is_alive(os.getpid())
    assert upfile.is_alive(1)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert not upfile.is_alive(child)
