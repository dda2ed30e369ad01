"""The long run: damages files for as long as it is given, goes on where it stopped, and keeps what breaks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from medapp.files import read_json, write_json
from tests.fuzz.mutate import mutated
from tests.fuzz.targets import BROKE, TARGETS, Original, Target

SEEDS = Path(__file__).with_name("seeds.json")
SAVE_SECONDS = 10.0


@dataclass(frozen=True)
class Seed:
    """What broke something: enough to make the same damaged file again."""

    target: str
    original: str
    seed: int
    what: str = ""


@dataclass
class Tally:
    """How far a run has come: the next number, and outcomes counted, for each target."""

    path: Path
    next: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def at(cls, path: Path) -> Tally:
        """Return the tally kept at `path`, or a new one."""
        if not path.is_file():
            return cls(path)
        document = read_json(path)
        return cls(path, document["next"], {name: Counter(c) for name, c in document["counts"].items()})

    def add(self, target: str, number: int, outcomes: Sequence[str]) -> None:
        """Count outcomes; `number` comes next."""
        self.next[target] = number
        self.counts.setdefault(target, Counter()).update(outcomes)

    def save(self) -> None:
        """Keep the tally."""
        write_json(self.path, {"next": self.next, "counts": self.counts})


def damaged(target: Target, start: int, step: int) -> Iterator[tuple[int, Original]]:
    """Yield numbers and damaged files of a target, from number `start` on, each `step`-th: the shards take turns."""
    originals = target.originals
    number = start
    while True:
        original = originals[number % len(originals)]
        yield number, Original(original.name, mutated(original.content, number))
        number += step


def fuzz(data: Path, state: Path, seconds: float, shard: tuple[int, int] = (0, 1), only: str = "") -> Tally:
    """Damage files of all targets in turn for `seconds`; return the tally.

    Parameters
    ----------
    data : Path
        The reference data.
    state : Path
        Folder in which the tally is kept, one file a shard.
    shard : tuple of 2 int
        Which part of how many this run does.
    only : str
        Name of the one target to run; empty for all.
    """
    tally = Tally.at(state / f"tally-{shard[0]}-of-{shard[1]}.json")
    end, saved = time.monotonic() + seconds, time.monotonic()
    with TemporaryDirectory(prefix="medapp-fuzz-") as scratch:
        targets = [kind(data, Path(scratch)) for kind in TARGETS if only in {"", kind.name}]
        streams = {t.name: damaged(t, tally.next.get(t.name, shard[0]), shard[1]) for t in targets}
        try:
            while time.monotonic() < end:
                for target in targets:
                    _one_batch(target, streams[target.name], tally, shard[1])
                if time.monotonic() - saved > SAVE_SECONDS:
                    tally.save()
                    saved = time.monotonic()
        finally:
            tally.save()
            for target in targets:
                target.close()
    return tally


def _one_batch(target: Target, stream: Iterator[tuple[int, Original]], tally: Tally, step: int) -> None:
    batch = [next(stream) for _ in range(target.batch)]
    outcomes = target.outcomes([file for _, file in batch])
    for (number, file), outcome in zip(batch, outcomes, strict=True):
        if outcome.startswith(BROKE):
            keep(Seed(target.name, file.name, number, outcome.removeprefix(BROKE)))
    tally.add(target.name, batch[-1][0] + step, outcomes)


def kept() -> tuple[Seed, ...]:
    """Return what broke something once."""
    return tuple(Seed(**row) for row in read_json(SEEDS)) if SEEDS.is_file() else ()


def keep(seed: Seed) -> None:
    """Add a seed to those that the tests try."""
    rows = {**{(s.target, s.original, s.seed): s for s in kept()}, (seed.target, seed.original, seed.seed): seed}
    write_json(SEEDS, [vars(row) for row in sorted(rows.values(), key=lambda s: (s.target, s.original, s.seed))])


def table(tally: Tally) -> str:
    """Return the counts as lines."""
    lines = []
    for name, counts in sorted(tally.counts.items()):
        broke = {what: n for what, n in counts.items() if what.startswith(BROKE)}
        lines.append(
            f"{name}: {sum(counts.values()):,} files, {counts['answered']:,} answered, {sum(broke.values())} broke"
        )
        lines += [f"    {n:>8,} {what}" for what, n in counts.most_common()]
    return "\n".join(lines)


def report(text: str) -> None:
    """Print to the person who runs it."""
    print(text, flush=True)


def reproduce(seed: Seed, data: Path, scratch: Path) -> str:
    """Make the damaged file of `seed` again and return its outcome now."""
    kind = next(t for t in TARGETS if t.name == seed.target)
    target = kind(data, scratch)
    try:
        original = next(o for o in target.originals if o.name == seed.original)
        return target.outcomes([Original(original.name, mutated(original.content, seed.seed))])[0]
    finally:
        target.close()


def minutes_of(text: str) -> float:
    """Return the seconds that ``MINUTES`` stands for."""
    return 60 * float(text)


def shard_of(text: str) -> tuple[int, int]:
    """Return the part and the number of parts that ``1/4`` stands for, the part from 0."""
    part, _, parts = text.partition("/")
    return int(part) - 1, int(parts)


def folder_for_state() -> Path:
    """Return where tallies are kept: beside the checkout's other build results, out of version control."""
    return Path(__file__).resolve().parents[2] / "build" / "fuzz"


def reference_data() -> Path:
    """Return the reference data beside the checkout."""
    return Path(__file__).resolve().parents[3] / "shared" / "data"
