"""A Debian below a folder, and commands that run in it: without a network, as an ordinary user."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

SUITE = "bookworm"
USER, HOME = "tester", "home/tester"
MOUNTS = (("proc", "proc"), ("sysfs", "sys"), ("tmpfs", "dev/shm"))
PATIENCE = 180
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


class TrialError(RuntimeError):
    """The package did not do what it must."""


@dataclass(frozen=True)
class Root:
    """A Debian below a folder."""

    folder: Path

    def run(
        self,
        *command: str,
        user: str = "",
        network: bool = False,
        seconds: float = 900,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> str:
        """Run a command in it and return what it printed; without a network unless asked for."""
        whole = [*self.prefix(user=user, network=network), *environment_of(user, environment), *command]
        done = subprocess.run(whole, capture_output=True, text=True, check=False, timeout=seconds)
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise TrialError(f"{' '.join(command)} ended with status {done.returncode}:\n{last}")
        return done.stdout

    def prefix(self, *, user: str = "", network: bool = False) -> list[str]:
        """Return what a command begins with to run here."""
        alone = [] if network else ["unshare", "--net"]
        return [*alone, "chroot", *([f"--userspec={user}:{user}"] if user else []), str(self.folder)]


def environment_of(user: str, more: Mapping[str, str]) -> list[str]:
    """Return what a command begins with to have a bare environment, and `more`."""
    home = f"/{HOME}" if user else "/root"
    fixed = {
        "HOME": home,
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    return ["env", "-i", *(f"{name}={value}" for name, value in {**fixed, **more}.items())]


def make(folder: Path) -> Root:
    """Return a Debian without Python below `folder`, made by debootstrap where it is not there."""
    if not (folder / "usr" / "bin" / "dpkg").is_file():
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, str(folder)], check=True)
    return Root(folder)


@contextmanager
def mounted(root: Root) -> Iterator[None]:
    """Mount what programs expect of a running system, and take it away again."""
    places = [root.folder / place for _, place in MOUNTS]
    try:
        for (kind, _), place in zip(MOUNTS, places, strict=True):
            place.mkdir(parents=True, exist_ok=True)
            if not os.path.ismount(place):
                subprocess.run(["mount", "-t", kind, kind, str(place)], check=True)
        yield
    finally:
        for place in reversed(places):
            subprocess.run(["umount", "--lazy", str(place)], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command as long as the block lasts."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(claim: Callable[[], bool], what: str) -> None:
    """Wait until `claim` holds."""
    end = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() > end:
            raise TrialError(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.2)
