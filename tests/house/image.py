"""Build the image of a Dockerfile without a container engine, on a Linux machine as root.

Run as ``unshare --mount python image.py CONTEXT PORT``. A stage is an overlay of this machine's
own root file system, so that whatever a step writes is in memory and gone at the end; folders
that a clean base image does not have are empty, and Python has only pip. Every RUN step is done
in order and as it is written, by the stage's user, in its folder and with its environment. Then
the image's command is started on a root that cannot be written to, and its health check and
``/readyz`` are asked.

What it cannot tell: that the base image of the FROM line has what this machine has beside Python.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

_EMPTY = ("root", "home", "work", "data", "src", "dist", "venv", "tmp", "opt/venv")
_INTERPRETER = "/usr/local"
_KEPT = ("PIP_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "http", "no_proxy")
_START_SECONDS = 240.0


@dataclass
class Stage:
    """What a FROM line begins: a root, and what the following lines set in it."""

    root: Path
    user: str = "root"
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Give name and arguments of every instruction, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.M))
    for line in text.splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def build(context: Path, scratch: Path) -> tuple[Stage, dict[str, str]]:
    """Do what the Dockerfile of a context says; return the last stage, and what is run in it."""
    stages: dict[str, Stage] = {}
    stage = Stage(scratch)
    last: dict[str, str] = {}
    for name, rest in instructions(context / "Dockerfile"):
        print(f"{name} {rest}", flush=True)
        started = time.monotonic()
        if name == "FROM":
            _, _, called = rest.partition(" AS ")
            stage = stages[called or "last"] = _begin(scratch / (called or "last"))
        elif name == "WORKDIR":
            stage.folder = rest
            _inside(stage, rest).mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            stage.user = rest
        elif name == "ENV":
            for pair in shlex.split(rest):
                key, _, value = pair.partition("=")
                stage.environment[key] = value.replace("$PATH", stage.environment["PATH"])
        elif name == "COPY":
            _copy(stage, rest, context, stages)
        elif name == "RUN":
            _run(stage, ["/bin/sh", "-c", rest]).check_returncode()
            print(f"  {time.monotonic() - started:.1f} s", flush=True)
        else:
            last[name] = rest
    return stage, last


def _begin(place: Path) -> Stage:
    """Make the root of a stage from this machine's, without what a base image would not have."""
    root = place / "root"
    for name in ("root", "upper", "work", "python", "python-work"):
        (place / name).mkdir(parents=True)
    _mount("overlay", root, f"lowerdir=/,upperdir={place}/upper,workdir={place}/work")
    for name in _EMPTY:
        if (root / name).is_dir():
            _mount("tmpfs", root / name, "mode=1777" if name == "tmp" else "mode=755")
    for name in ("proc", "dev"):
        subprocess.run(["mount", "--rbind", f"/{name}", root / name], check=True)
    python = f"lowerdir={sys.base_prefix},upperdir={place}/python,workdir={place}/python-work"
    _mount("overlay", root / _INTERPRETER[1:], python)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = root / _INTERPRETER[1:] / "lib" / version / "site-packages"
    _mount("tmpfs", packages, "mode=755")
    outside = {key: value for key, value in os.environ.items() if key.startswith(_KEPT)}
    stage = Stage(root, environment={"PATH": f"{_INTERPRETER}/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
    stage.environment |= outside
    # As the real base image does, whose Python lies in the same place.
    _run(stage, ["ldconfig"]).check_returncode()
    _run(stage, ["python3", "-m", "ensurepip"]).check_returncode()
    return stage


def _mount(kind: str, place: Path, options: str) -> None:
    subprocess.run(["mount", "-t", kind, "none", str(place), "-o", options], check=True)


def _copy(stage: Stage, rest: str, context: Path, stages: dict[str, Stage]) -> None:
    *sources, target = rest.split()
    base = context
    if sources[0].startswith("--from="):
        base = stages[sources.pop(0).removeprefix("--from=")].root
    to = _inside(stage, target)
    for source in sources:
        origin = base / source.lstrip("/")
        if origin.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(origin, to, symlinks=True, dirs_exist_ok=True, ignore=ignored)
        else:
            shutil.copy2(origin, to)


def _inside(stage: Stage, path: str) -> Path:
    return stage.root / str(Path(stage.folder) / path).lstrip("/")


def _command(stage: Stage, words: list[str]) -> list[str]:
    shell = f"cd {shlex.quote(stage.folder)} && exec {shlex.join(words)}"
    settings = [f"{key}={value}" for key, value in stage.environment.items()]
    inner = ["env", "-i", f"HOME={_home(stage)}", *settings, "/bin/sh", "-c", shell]
    return ["chroot", f"--userspec={stage.user}", str(stage.root), *inner]


def _home(stage: Stage) -> str:
    lines = (stage.root / "etc/passwd").read_text().splitlines()
    found = {line.split(":")[0]: line.split(":")[5] for line in lines}
    return found[stage.user]


def _run(stage: Stage, words: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(_command(stage, words), check=False)


def make_read_only(stage: Stage, writable: list[str]) -> None:
    """Let nothing be written any more but in some folders, as compose.yaml has it."""
    for name in writable:
        place = str(_inside(stage, name))
        subprocess.run(["mount", "--bind", place, place], check=True)
    for place in (stage.root, *(stage.root / name for name in _EMPTY if name != "tmp")):
        if place.is_mount():
            subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)


def try_out(stage: Stage, last: dict[str, str], port: int) -> None:
    """Start the image's command, wait until it is ready, ask its health check, and stop it.

    The command gets another port, since the machine may use that of the image.
    """
    command = [*json.loads(last["CMD"]), "--port", str(port)]
    check = json.loads(last["HEALTHCHECK"].partition("CMD ")[2].replace(last["EXPOSE"], str(port)))
    with subprocess.Popen(_command(stage, command)) as service:
        try:
            print(_wait(f"http://127.0.0.1:{port}/readyz"), flush=True)
            _run(stage, check).check_returncode()
        finally:
            service.terminate()
            print(f"ended with {service.wait(60)}", flush=True)


def _wait(address: str) -> str:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urlopen(address, timeout=30) as answer:
                return str(answer.read().decode())
        except OSError:  # nobody listens yet, or who does is still loading
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def main(context: Path, port: int) -> None:
    """Build in memory, and try out what was built."""
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    scratch = Path("/mnt")
    _mount("tmpfs", scratch, "size=8g")
    stage, last = build(context, scratch)
    make_read_only(stage, [last["VOLUME"], stage.environment["NUMBA_CACHE_DIR"]])
    for place in (_home(stage), _INTERPRETER, "/venv"):
        assert _run(stage, ["touch", f"{place}/anything"]).returncode != 0, place
    try_out(stage, last, port)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
