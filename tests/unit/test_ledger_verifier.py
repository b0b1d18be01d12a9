"""The stand-alone verifier: it accepts what the ledger exports and no altered version of it, and stands alone."""

import ast
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.ledger import LedgerEvent, SqliteLedger, verifier
from daytwo.ledger.checkpoint import Checkpoint, sign_checkpoint
from daytwo.ledger.export import header_line, leaf_line
from daytwo.ledger.merkle import leaf_hash, tree_root
from daytwo.ledger.verifier import LedgerError, verify_export
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.signing import SigningKey

KEY = SigningKey(b"\x07" * 32)
ORIGIN = "daytwo.test/executor"
SIZE = 13
RUN_SECONDS = 30


def export_of(leaves, key=KEY, origin=ORIGIN):
    root = tree_root([leaf_hash(leaf) for leaf in leaves])
    note = sign_checkpoint(Checkpoint(origin, len(leaves), root), key)
    return [header_line(origin, key.public, note), *(leaf_line(at, leaf) for at, leaf in enumerate(leaves))]


def checkpoint_of(leaves, key=KEY, origin=ORIGIN):
    return json.loads(export_of(leaves, key, origin)[0])["checkpoint"]


LEAVES = [json.dumps({"number": number, "word": "Größe \u2028 \U0001f600"}).encode() for number in range(SIZE)]
EXPORT = export_of(LEAVES)
ROOT = tree_root([leaf_hash(leaf) for leaf in LEAVES]).hex()


def test_what_a_ledger_exports_is_verified():
    ledger = SqliteLedger(ORIGIN, KEY)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("begin")
    ledger.create(connection)
    for number in range(SIZE):
        event = LedgerEvent(
            org_id="local",
            at="2026-01-02T03:04:05.678Z",
            actor=LOCAL_OWNER,
            kind="run.created",
            subject=f"run_{number}",
            body={"word": "Größe \u2028"},
        )
        ledger.append(connection, event)
    verified = verify_export(ledger.export(connection), KEY.public.text())
    assert (verified.size, verified.root) == ledger.root(connection)
    assert (verified.origin, verified.public_key) == (ORIGIN, KEY.public.text())
    connection.close()


@pytest.mark.parametrize("size", range(9))
def test_every_small_ledger_is_verified(size):
    verified = verify_export(export_of(LEAVES[:size]))
    assert (verified.size, verified.root) == (size, tree_root([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex())


leaf_numbers = st.integers(0, SIZE - 1)


@st.composite
def mutations(draw):
    """The leaves after one change, numbered afresh as a careful forger would."""
    leaves, at = list(LEAVES), draw(leaf_numbers)
    kind = draw(st.sampled_from(["flip", "delete", "swap", "insert", "truncate", "repeat", "append"]))
    if kind == "flip":
        text = leaves[at].decode()
        place = draw(st.integers(0, len(text) - 1))
        leaves[at] = (text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]).encode()
    elif kind == "delete":
        del leaves[at]
    elif kind == "swap":
        other = draw(leaf_numbers.filter(lambda number: number != at))
        leaves[at], leaves[other] = leaves[other], leaves[at]
    elif kind == "insert":
        leaves.insert(at, b"{}")
    elif kind == "truncate":
        del leaves[at:]
    elif kind == "repeat":
        leaves.insert(at, leaves[at])
    else:
        leaves.append(b"{}")
    return leaves


@given(mutations())
def test_no_altered_ledger_is_verified(leaves):
    altered = [EXPORT[0], *(leaf_line(at, leaf) for at, leaf in enumerate(leaves))]
    with pytest.raises(LedgerError):
        verify_export(altered, KEY.public.text())


@given(mutations())
def test_a_rewritten_and_signed_ledger_fails_against_an_earlier_checkpoint(leaves):
    rewritten = export_of(leaves)
    if leaves[:SIZE] == LEAVES:
        assert verify_export(rewritten, KEY.public.text(), checkpoint_of(LEAVES)).size == SIZE + 1
        return
    verify_export(rewritten, KEY.public.text())
    with pytest.raises(LedgerError):
        verify_export(rewritten, KEY.public.text(), checkpoint_of(LEAVES))


@pytest.mark.parametrize("earlier", range(SIZE + 1))
def test_every_earlier_checkpoint_is_covered(earlier):
    assert verify_export(EXPORT, KEY.public.text(), checkpoint_of(LEAVES[:earlier])).root == ROOT


def header_with(**changes):
    return json.dumps(json.loads(EXPORT[0]) | changes)


OTHER = SigningKey(b"\x08" * 32)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "the header is not JSON"),
        (["[]"], "the header is not a JSON object"),
        (["[" * 100_000], "the header is not JSON"),
        ([header_with(format="daytwo-ledger-v2")], "daytwo-ledger-v1"),
        ([header_with(more=1)], "must hold"),
        ([header_with(origin=7)], "must hold"),
        ([header_with(origin="other")], "is of the ledger"),
        ([header_with(public_key="?")], "not base64"),
        ([header_with(public_key=OTHER.public.text())], "no signature by the key"),
        ([header_with(checkpoint="x")], "malformed"),
        ([header_with(checkpoint=checkpoint_of(LEAVES).replace("\n13\n", "\n12\n"))], "does not verify"),
        ([EXPORT[0], *EXPORT[2:]], "leaf 0 is missing or out of order: the line says 1"),
        (EXPORT[:-1], "leaf 12 is missing: the checkpoint has 13 leaves"),
        ([*EXPORT, leaf_line(13, b"{}")], "leaf 13 is not covered"),
        ([*EXPORT[:4], "{", *EXPORT[5:]], "leaf 3 is not JSON"),
        ([*EXPORT[:4], '{"index":3,"leaf":"a","leaf":"b"}', *EXPORT[5:]], "leaf 3 is not JSON: a name stands twice"),
        ([*EXPORT[:2], '{"index":true,"leaf":"a"}', *EXPORT[3:]], "leaf 1: the line must hold"),
        ([*EXPORT[:2], '{"index":1,"leaf":"\\ud800"}', *EXPORT[3:]], "leaf 1 is not text"),
        ([*EXPORT[:2], leaf_line(1, b"{}"), *EXPORT[3:]], "do not add up to the signed root"),
    ],
)
def test_it_says_what_is_wrong_and_where(lines, says):
    with pytest.raises(LedgerError, match=re.escape(says)):
        verify_export(lines)


def test_a_ledger_signed_again_with_another_key_is_refused():
    forged = export_of(LEAVES[:-1], OTHER)
    assert verify_export(forged).size == SIZE - 1
    with pytest.raises(LedgerError, match="not by the expected"):
        verify_export(forged, KEY.public.text())


@pytest.mark.parametrize(
    ("earlier", "says"),
    [
        (checkpoint_of([*LEAVES, b"{}"]), "the ledger shrank: it had 14 leaves, now it has 13"),
        (checkpoint_of([b"{}", *LEAVES[1:5]]), "the first 5 leaves are not those of the earlier checkpoint"),
        (checkpoint_of(LEAVES[:5], OTHER), "the earlier checkpoint carries no signature"),
        (checkpoint_of(LEAVES[:5], KEY, "elsewhere"), "the earlier checkpoint is of the ledger elsewhere"),
    ],
)
def test_an_earlier_checkpoint_that_does_not_fit_is_named(earlier, says):
    with pytest.raises(LedgerError, match=re.escape(says)):
        verify_export(EXPORT, None, earlier)


def test_it_imports_nothing_of_daytwo():
    tree = ast.parse(Path(verifier.__file__).read_text())
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else name.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= {*sys.stdlib_module_names, "cryptography"}


def run(folder, *arguments):
    script = folder / "verifier.py"
    script.write_bytes(Path(verifier.__file__).read_bytes())
    return subprocess.run(
        [sys.executable, script, *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=RUN_SECONDS,
        check=False,
    )


def test_it_runs_as_a_file_of_its_own(tmp_path):
    export, earlier = tmp_path / "export.jsonl", tmp_path / "earlier"
    export.write_text("\n".join(EXPORT) + "\n", encoding="utf-8")
    earlier.write_text(checkpoint_of(LEAVES[:4]), encoding="utf-8")
    done = run(tmp_path, export, "--key", KEY.public.text(), "--earlier", earlier)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"verified: 13 leaves of {ORIGIN}, root {ROOT}\n")
    unpinned = run(tmp_path, export)
    assert unpinned.returncode == 0
    assert "no key that you trust" in unpinned.stdout

    export.write_text("\n".join([*EXPORT[:6], *EXPORT[7:]]) + "\n", encoding="utf-8")
    refused = run(tmp_path, export, "--key", KEY.public.text())
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "NOT VERIFIED: leaf 5 is missing or out of order: the line says 6\n"
    assert run(tmp_path, tmp_path / "missing").returncode == 1
