"""From a request to the launcher's order: what is mounted where, what is run, under which limits.

Pure but for looking at the host's directories.  Targets of mounts are checked here, so that no request can stand
something in the place of the interpreter or of the cell.
"""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

from daytwo.executor.environments import Environment
from daytwo.executor.sandbox.launcher.order import Limits, Order, Source
from daytwo.executor.sandbox.request import Profile, SandboxRequest
from daytwo.wire.errors import Bug

SANDBOX_UID = 64118
"""On the host, where root runs the executor: nobody's, below every distribution's dynamic ranges."""

PYTHON_PREFIX, SITE_PACKAGES, CELL_PARENT = "/py", "/env", "/opt/daytwo"
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
import os, sys
ours = [{SITE_PACKAGES!r}, {CELL_PARENT!r}]
sys.path[:] = [path for path in sys.path if path not in ours] + ours
sys.argv[0:1] = []
os.write(4, b'{{"event": "started"}}\\n')
os.close(4)
import runpy
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def make_order(environment: Environment, cell_source: Path, request: SandboxRequest) -> Order:
    """The order for one execution.

    Raises:
        Bug: `bad_mount`, where a mount's target is not a clean path at or below /data, /state or /job.
    """
    check_targets(request)
    sources, links = _system()
    interpreter, python_sources = _python(environment)
    sources += python_sources
    sources += [_own(environment.site_packages, SITE_PACKAGES), _own(cell_source, f"{CELL_PARENT}/cell")]
    sources += [_own(mount.source, mount.target) for mount in request.mounts]
    sources += [_source(Path("/dev") / name, f"/dev/{name}", device=True) for name in _DEVICES]
    sources += [_source(device, f"/dev/{device.name}", device=True) for device in request.devices]
    disk_bytes = request.profile.disk_bytes
    executable = [source["target"] for source in sources if source["target"] in {*_SYSTEM, SITE_PACKAGES}]
    return {
        "uid": SANDBOX_UID,
        "sources": sources,
        "links": links,
        "scratch": {
            TEMPORARY: disk_bytes,
            WORKSPACE: disk_bytes,
            SHARED_MEMORY: min(disk_bytes, _SHARED_MEMORY_LIMIT_BYTES),
        },
        "scratch_inodes": request.profile.inodes,
        "files": _FILES,
        "check_readable": [CELL_PARENT, *(mount.target for mount in request.mounts)],
        "executable": [PYTHON_PREFIX, *executable],
        "limits": limits_of(request.profile),
        "command": [interpreter, "-P", "-s", "-S", "-B", "-c", _BOOT, request.module, *request.arguments],
        "environment": environment_variables(request.profile),
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


def limits_of(profile: Profile) -> Limits:
    return {
        "cpus": profile.cpus,
        "cpu_seconds": profile.cpu_seconds,
        "memory_bytes": profile.memory_bytes,
        "address_space_bytes": profile.memory_bytes + _ADDRESS_SPACE_EXTRA_BYTES,
        "processes": profile.processes,
        "file_bytes": profile.disk_bytes,
        "open_files": _OPEN_FILES,
    }


def environment_variables(profile: Profile) -> dict[str, str]:
    """All that a program finds in its environment: nothing of the executor's."""
    return {
        "PATH": f"{PYTHON_PREFIX}/bin",
        "PYTHONPATH": f"{SITE_PACKAGES}:{CELL_PARENT}",  # for interpreters that a program starts, joblib's say
        "LD_LIBRARY_PATH": f"{PYTHON_PREFIX}/lib",
        "LANG": "C.UTF-8",
        "HOME": WORKSPACE,
        "TMPDIR": TEMPORARY,
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{TEMPORARY}/mpl",
        "OMP_NUM_THREADS": str(profile.cpus),
        "OPENBLAS_NUM_THREADS": str(profile.cpus),
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def launcher_command(environment: Environment, control: int, status: int, channel: int) -> list[str]:
    """How the executor starts the launcher: the environment's base interpreter, the standard library, nothing else."""
    launcher = Path(__file__).with_name("launcher")
    descriptors = [str(descriptor) for descriptor in (control, status, channel)]
    return [str(environment.base_python), "-I", "-S", str(launcher), *descriptors]


def launcher_environment(environment: Environment) -> dict[str, str]:
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
        return inside, [_own(prefix, PYTHON_PREFIX)]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return inside, [_own(interpreter, inside), _own(prefix / "lib" / version, f"{PYTHON_PREFIX}/lib/{version}")]


def _own(path: Path, target: str) -> Source:
    return {"source": str(path.resolve()), "target": target, "own": True, "device": False}


def _source(path: Path, target: str, *, device: bool = False) -> Source:
    return {"source": str(path), "target": target, "own": False, "device": device}
