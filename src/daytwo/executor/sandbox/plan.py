"""From an environment to a zygote's plan, from a request to its run: what is mounted where, under which limits.

Pure but for looking at the host's directories.  Targets of mounts are checked here, so that no request can stand
something in the place of the interpreter or of the cell.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from daytwo.executor.environments import Environment
from daytwo.executor.sandbox.request import Kind, Profile, SandboxRequest
from daytwo.executor.sandbox.zygote.order import Feature, Limits, Plan, Run, Source
from daytwo.wire.errors import Bug

KEEPER = Path(__file__).with_name("zygote")
"""The program of the keeper and, shown inside, of the zygote."""

PYTHON_PREFIX, SITE_PACKAGES, ADDITIONS, CELL_PARENT = "/py", "/env", "/env-more", "/opt/daytwo"
PACKAGES = (SITE_PACKAGES, ADDITIONS, CELL_PARENT)
"""Where modules are looked for, in this order: nothing that is added to an environment hides what was there."""
WORKSPACE, TEMPORARY, SHARED_MEMORY = "/workspace", "/tmp", "/dev/shm"  # noqa: S108 - inside the sandbox
_MOUNT_PARENTS = ("data", "state", "job")
_SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_DATA = ("/usr/share/zoneinfo", "/usr/share/fonts")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SHARED_MEMORY_LIMIT_BYTES = 256 << 20
_ADDRESS_SPACE_EXTRA_BYTES = 2 << 30
"""Over a profile's memory: what libraries reserve or map of files, without using it."""
_OPEN_FILES = 1024

_FILES = {
    "/etc/passwd": f"sandbox:x:1000:1000:sandbox:{WORKSPACE}:/bin/false\n",
    "/etc/group": "sandbox:x:1000:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}

_BOOT = f"""\
import sys
ours = {list(PACKAGES)!r}
sys.path[:] = [path for path in sys.path if path not in ours] + ours
from zygote import warm
warm.main()
"""
_REHEARSAL_SEED = 0
"""A rehearsal's random numbers are a function of what the model knows."""


def make_plan(
    environment: Environment,
    cell_source: Path,
    *,
    kind: Kind,
    uid: int,
    modules: Sequence[str],
    pool: int,
    devices: Sequence[Path] = (),
    must_have: Sequence[Feature] = (),
) -> Plan:
    """The plan of a zygote.

    Args:
        environment: the interpreter and packages that programs get.
        cell_source: the folder of the package `cell`, shown inside as such.
        kind: what its executions may have seen.
        uid: of its sandboxes on the host, where root runs the executor.
        modules: what it imports, once.
        pool: parked children that it keeps ready.
        devices: host device nodes, bound in under their own names.
        must_have: refuse where the kernel lacks one of these.
    """
    sources, links = _system()
    interpreter, python_sources = _python(environment)
    sources += python_sources
    sources += [own_source(environment.site_packages, SITE_PACKAGES), own_source(cell_source, f"{CELL_PARENT}/cell")]
    if environment.additions is not None:
        sources.append(own_source(environment.additions, ADDITIONS))
    sources += [own_source(KEEPER, f"{CELL_PARENT}/{KEEPER.name}")]
    sources += [_source(Path("/dev") / name, f"/dev/{name}", device=True) for name in _DEVICES]
    driven = [_source(device, f"/dev/{device.name}", device=True) for device in devices]
    executable = [source["target"] for source in sources if source["target"] in {*_SYSTEM, SITE_PACKAGES, ADDITIONS}]
    return {
        "uid": uid,
        "sources": sources + driven,
        "links": links,
        "places": [f"/{name}" for name in _MOUNT_PARENTS],
        "files": _FILES,
        "command": [interpreter, "-P", "-s", "-S", "-B", "-c", _BOOT],
        "environment": environment_variables(),
        "inside": {
            "scratch": [TEMPORARY, WORKSPACE, SHARED_MEMORY],
            "check_readable": [CELL_PARENT],
            "executable": [PYTHON_PREFIX, *executable],
            "devices": [source["target"] for source in driven],
            "modules": list(modules),
            "seed": _REHEARSAL_SEED if kind is Kind.REHEARSAL else None,
        },
        "pool": pool,
        "must_have": list(must_have),
    }


def make_run(request: SandboxRequest) -> Run:
    """What the keeper is told of one execution.

    Raises:
        Bug: `bad_mount`, where a mount's target is not a clean path at or below /data, /state or /job.
    """
    check_targets(request)
    profile = request.profile
    return {
        "mounts": [own_source(mount.source, mount.target) for mount in request.mounts],
        "fit": {
            "scratch": scratch_of(profile),
            "scratch_inodes": profile.inodes,
            "limits": limits_of(profile),
        },
        "go": {
            "module": request.module,
            "arguments": list(request.arguments),
            "variables": thread_variables(profile),
            "cpus": profile.cpus,
            "check_readable": [mount.target for mount in request.mounts],
            "home": WORKSPACE,
        },
    }


def check_targets(request: SandboxRequest) -> None:
    targets = [PurePosixPath(mount.target) for mount in request.mounts]
    for target, mount in zip(targets, request.mounts, strict=True):
        parts = target.parts
        clean = str(target) == mount.target and ".." not in parts and "\0" not in mount.target
        if not (clean and len(parts) > 1 and parts[0] == "/" and parts[1] in _MOUNT_PARENTS):
            raise Bug(
                "bad_mount", f"A mount's target stands at or below /data, /state or /job, not at {mount.target!r}."
            )
        if sum(target.is_relative_to(other) for other in targets) > 1:
            raise Bug("bad_mount", f"The mount at {mount.target!r} stands inside another one.")


def scratch_of(profile: Profile) -> dict[str, int]:
    """Writable in-memory file systems, and what each may hold in bytes."""
    disk_bytes = profile.disk_bytes
    return {
        TEMPORARY: disk_bytes,
        WORKSPACE: disk_bytes,
        SHARED_MEMORY: min(disk_bytes, _SHARED_MEMORY_LIMIT_BYTES),
    }


def limits_of(profile: Profile) -> Limits:
    return {
        "cpus": profile.cpus,
        "cpu_seconds": profile.cpu_seconds,
        "memory_bytes": profile.memory_bytes,
        "address_space_bytes": profile.memory_bytes + _ADDRESS_SPACE_EXTRA_BYTES,
        "total_bytes": profile.memory_bytes + sum(scratch_of(profile).values()),
        "processes": profile.processes,
        "file_bytes": profile.disk_bytes,
        "open_files": _OPEN_FILES,
    }


def environment_variables() -> dict[str, str]:
    """All that a program finds in its environment, `thread_variables` aside: nothing of the executor's."""
    return {
        "PATH": f"{PYTHON_PREFIX}/bin",
        "PYTHONPATH": ":".join(PACKAGES),  # for interpreters that a program starts, joblib's say
        "LD_LIBRARY_PATH": f"{PYTHON_PREFIX}/lib",
        "LANG": "C.UTF-8",
        "HOME": WORKSPACE,
        "TMPDIR": TEMPORARY,
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{TEMPORARY}/mpl",
        "OMP_NUM_THREADS": "1",  # a zygote has no second thread; its children widen to their profile
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # its mimalloc would reserve 1 GiB at once, all of a small profile
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def thread_variables(profile: Profile) -> dict[str, str]:
    """How many threads libraries that are imported later shall use."""
    return {"OMP_NUM_THREADS": str(profile.cpus), "OPENBLAS_NUM_THREADS": str(profile.cpus)}


def keeper_command(environment: Environment, control: int) -> list[str]:
    """How the executor starts a keeper: the environment's base interpreter, the standard library, nothing else."""
    return [str(environment.base_python), "-I", "-S", str(KEEPER), str(control)]


def keeper_environment(environment: Environment) -> dict[str, str]:
    """Nothing of the executor's; only where an interpreter that was moved finds its own shared library."""
    return {"LD_LIBRARY_PATH": str(environment.base_prefix / "lib")}


def _system() -> tuple[list[Source], list[tuple[str, str]]]:
    sources, links = [], []
    for name in (*_SYSTEM, *_SYSTEM_DATA):
        path = Path(name)
        if path.is_symlink():
            links.append((str(path.readlink()).removeprefix("/"), name))
        elif path.is_dir():
            sources.append(_source(path, name))
    return sources, links


def _python(environment: Environment) -> tuple[str, list[Source]]:
    """The interpreter's path inside, and what of its installation is shown there.

    A whole prefix of its own (pyenv, uv, conda, /usr/local) is shown as it is; of `/usr` only what Python is.
    """
    prefix = environment.base_prefix
    interpreter = environment.base_python.resolve()
    inside = f"{PYTHON_PREFIX}/{interpreter.relative_to(prefix)}"
    if prefix != Path("/usr"):
        return inside, [own_source(prefix, PYTHON_PREFIX)]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return inside, [
        own_source(interpreter, inside),
        own_source(prefix / "lib" / version, f"{PYTHON_PREFIX}/lib/{version}"),
    ]


def own_source(path: Path, target: str) -> Source:
    return {"source": str(path.resolve()), "target": target, "own": True, "device": False}


def _source(path: Path, target: str, *, device: bool = False) -> Source:
    return {"source": str(path), "target": target, "own": False, "device": device}
