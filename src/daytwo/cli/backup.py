"""`daytwo backup FOLDER`, `daytwo restore FOLDER`: both planes in one folder, taken while they run, checked, put back.

The control plane is copied first, the executor second, and of the executor the database first and its files second: so
all that an older part names is in the younger one.  What an executor did after that, it answers from its journal when
it is asked again.  `manifest.json` holds the digest of each file; a ledger that does not verify is not restored.

A backup holds keys and tokens, and results: it is as private as the home.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import typer

from daytwo import __version__
from daytwo.cli import terminal, upfile
from daytwo.cli.options import AS_JSON, HOME
from daytwo.cli.planes import running
from daytwo.cli.settings import Settings, load
from daytwo.cli.usage import Usage
from daytwo.secretfile import read_or_create_key
from daytwo.wire.errors import Conflict, Invalid
from daytwo.wire.identifiers import LOCAL_ORG

FOLDER = typer.Argument(..., metavar="FOLDER", help="The backup's folder.")
MANIFEST = "manifest.json"
PIECE_BYTES = 1 << 20
_CONTROL = ("token", "ledger.key")
_EXECUTOR = ("token", "signing.key", "enrolment.json")
_TREES = ("state", "results", "rehearsal/state")
_DUMP = "control/database.dump"
_SQLITE = "executor/executor.sqlite"


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(folder: Path = FOLDER, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Copy both planes of a home to a new folder, while they run."""
    settings = load(home=home)
    if folder.exists():
        raise Usage("backup_exists", f"{folder} is there already: name a new folder.")
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    with _database(settings) as url:
        _copy_control(settings.home, url, draft)
    _copy_executor(settings.home, draft)
    sizes = _verified_executor(draft / "executor")
    files = {str(path.relative_to(draft)): _digest(path) for path in _files(draft)}
    manifest = {"version": __version__, "files": files, "executor_leaves": sizes}
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
    os.sync()
    draft.rename(folder)
    _say(as_json, folder, len(files), f"{folder}: {len(files)} files; the executor's ledger has {sizes} leaves.")


def restore(folder: Path = FOLDER, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """Make a new home what it was when a backup was taken."""
    settings = load(home=home)
    files = _checked(folder)
    if running(settings.home) is not None or (settings.home / "control").exists():
        raise Conflict("home_in_use", f"{settings.home} is in use: restore to a home that is not there yet.")
    upfile.prepare_home(settings.home)
    for plane in ("control", "executor"):
        shutil.copytree(folder / plane, settings.home / plane, ignore=shutil.ignore_patterns("*.dump"))
        (settings.home / plane).chmod(0o700)
    with _database(settings) as url:
        from daytwo.control.storage.dump import load as load_dump

        load_dump(url, folder / _DUMP)
        control = anyio.run(_verified_control, url)
    executor = _verified_executor(settings.home / "executor")
    text = f"{settings.home} is restored: {control} and {executor} leaves verify. Start it: daytwo up"
    _say(as_json, folder, len(files), text)


def _say(as_json: bool, folder: Path, files: int, text: str) -> None:
    if as_json:
        terminal.document({"folder": str(folder), "files": files, "ok": True})
    else:
        terminal.line(text)


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The URL of the home's database, started for this where it is not running."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    from daytwo.control.storage.embedded import EmbeddedServer

    server = EmbeddedServer(settings.home)
    was_running = server.is_running()
    try:
        yield server.start()
    finally:
        if not was_running:
            server.stop()


def _copy_control(home: Path, url: str, draft: Path) -> None:
    from daytwo.control.storage.dump import dump

    (draft / "control").mkdir(mode=0o700)
    dump(url, draft / _DUMP)
    for name in _CONTROL:
        shutil.copy2(home / "control" / name, draft / "control" / name)


def _copy_executor(home: Path, draft: Path) -> None:
    from daytwo.executor.database import Database

    source, target = home / "executor", draft / "executor"
    target.mkdir(mode=0o700)
    database = Database(home / _SQLITE)
    try:
        database.copy_to(draft / _SQLITE)
    finally:
        database.close()
    for name in _EXECUTOR:
        shutil.copy2(source / name, target / name)
    for name in _TREES:
        if (source / name).is_dir():
            _copy_tree(source / name, target / name)


def _copy_tree(source: Path, target: Path) -> None:
    """All files of a tree that lives; drafts that vanish meanwhile were nobody's yet."""
    for path in _files(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:
            continue


def _verified_executor(folder: Path) -> int:
    """The leaves of an executor's ledger.  Raises `Invalid` (`ledger_damaged`) where it is not genuine."""
    from daytwo.executor.database import Database
    from daytwo.executor.serve import LEDGER_ORIGIN
    from daytwo.ledger.sqlite import SqliteLedger

    database = Database(folder / "executor.sqlite")
    try:
        with database.transaction() as connection:
            return _verified(SqliteLedger(LEDGER_ORIGIN, read_or_create_key(folder / "signing.key")).export(connection))
    finally:
        database.close()


async def _verified_control(url: str) -> int:
    from daytwo.control.storage import ledger
    from daytwo.control.storage.database import open_database

    database = open_database(url)
    try:
        return _verified(iter([line async for line in ledger.export(database, LOCAL_ORG)]))
    finally:
        await database.dispose()


def _verified(lines: Iterator[str]) -> int:
    from daytwo.ledger.verifier import LedgerError, verify_export

    try:
        return verify_export(lines).size
    except LedgerError as error:
        raise Invalid("backup_damaged", f"The ledger does not verify ({error}): use another backup.") from error


def _checked(folder: Path) -> dict[str, str]:
    """The digests of a backup's files, each compared with its file.

    Raises:
        Invalid: `backup_damaged`, naming the first file that is not what it was.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        files: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError) as error:
        raise Invalid("backup_damaged", f"{folder} is no backup: its {MANIFEST} cannot be read.") from error
    there = {str(path.relative_to(folder)) for path in _files(folder)} - {MANIFEST}
    for name in sorted(there | set(files)):
        if name not in there or name not in files or _digest(folder / name) != files[name]:
            raise Invalid("backup_damaged", f"{name} is not what the backup wrote: use another backup.")
    return files


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            found.update(piece)
    return found.hexdigest()
