"""Secrets in files: made once, private, and refused where others can read them."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from daytwo.secretfile import new_token, read_or_create_key, read_or_create_token, read_secret, replace_secret
from daytwo.wire.errors import Unavailable


@pytest.fixture(autouse=True)
def open_umask():
    before = os.umask(0o000)
    yield
    os.umask(before)


def test_a_token_is_made_once_and_private(tmp_path):
    path = tmp_path / "control" / "token"
    token = read_or_create_token(path)
    assert read_or_create_token(path) == token
    assert len(token) == 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["token"]


def test_tokens_differ(tmp_path):
    assert new_token() != new_token()
    assert read_or_create_token(tmp_path / "a") != read_or_create_token(tmp_path / "b")


def test_a_key_is_made_once(tmp_path):
    key = read_or_create_key(tmp_path / "key")
    again = read_or_create_key(tmp_path / "key")
    assert again.seed() == key.seed()
    again.public.verify("test", b"data", key.sign("test", b"data"))


def test_makers_that_race_read_the_same_secret(tmp_path):
    together = threading.Barrier(8)

    def make(_):
        together.wait()
        return read_or_create_token(tmp_path / "token")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(8)))) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_an_exposed_secret_is_refused_with_the_remedy(tmp_path, mode):
    path = tmp_path / "token"
    token = read_or_create_token(path)
    path.chmod(mode)
    for read in (read_or_create_token, read_or_create_key, read_secret):
        with pytest.raises(Unavailable, match=f"chmod 600 {path}") as caught:
            read(path)
        assert caught.value.code == "token_exposed"
        assert token not in str(caught.value)
    path.chmod(0o600)
    assert read_or_create_token(path) == token


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"two\nlines"])
def test_a_damaged_secret_is_refused_and_kept(tmp_path, content):
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(Unavailable, match="holds no secret"):
        read_or_create_token(path)
    assert path.read_bytes() == content


def test_a_token_is_no_key(tmp_path):
    read_or_create_token(tmp_path / "token")
    with pytest.raises(Unavailable, match="holds no secret"):
        read_or_create_key(tmp_path / "token")


def test_a_secret_is_replaced_whole_and_private(tmp_path):
    path = tmp_path / "enrolment"
    replace_secret(path, '{"n": 1}')
    replace_secret(path, '{"n": 2}')
    assert read_secret(path) == '{"n": 2}'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["enrolment"]
