from __future__ import annotations

import math
import random
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.i18n import catalogue
from medapp.imaging.slices import Slice
from medapp.imaging.splitting import RULES, Group, split
from medapp.imaging.study import Geometry
from medapp.imaging.traits import Traits

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def _at(z: float, orientation: tuple[float, ...] = AXIAL) -> Geometry:
    return Geometry(position=(0.0, 0.0, z), orientation=orientation)  # type: ignore[arg-type]


def _made(*described: dict[str, object]) -> list[Slice]:
    """Slices with `z`, `number` and traits."""
    made = []
    for key, one in enumerate(described):
        traits = {name: value for name, value in one.items() if name not in {"z", "number", "geometry", "size"}}
        geometry = one.get("geometry", _at(float(one.get("z", key))))  # type: ignore[arg-type]
        number = float(one.get("number", key))  # type: ignore[arg-type]
        size = one.get("size", (4, 4))
        made.append(Slice(key, f"{key}", size, number=number, geometry=geometry, traits=Traits(**traits)))  # type: ignore[arg-type]
    return made


def _sets(groups: list[Group]) -> list[list[int]]:
    return [sorted(one.key for one in group.slices) for group in groups]


def _codes(groups: list[Group]) -> list[list[str]]:
    return [[note.code for note in group.split] for group in groups]


def _volume(count: int = 4, **traits: object) -> list[dict[str, object]]:
    return [{"z": 5 * z, **traits} for z in range(count)]


def test_a_plain_series_is_one_stack() -> None:
    assert _sets(split(_made(*_volume()))) == [[0, 1, 2, 3]]


def test_echoes_kernels_and_b_values_are_stacks_in_the_order_of_their_values() -> None:
    for name, low, high in (("echo", 4.6, 9.2), ("b_value", 0.0, 1000.0), ("temporal", 1.0, 2.0)):
        groups = split(_made(*_volume(**{name: high}), *_volume(**{name: low})))
        assert _sets(groups) == [[4, 5, 6, 7], [0, 1, 2, 3]], name
    assert len(split(_made(*_volume(kernel="B31s"), *_volume(kernel="B70f")))) == 2


def test_rounding_of_an_echo_time_splits_nothing() -> None:
    groups = split(_made(*[{"z": z, "echo": 60.72 + 0.001 * z} for z in range(8)]))
    assert len(groups) == 1


def test_three_planes_of_a_localiser_are_three_stacks() -> None:
    planes = [{"geometry": _at(float(n), plane)} for n, plane in product(range(2), (AXIAL, SAGITTAL, CORONAL))]
    groups = split(_made(*planes))
    assert _sets(groups) == [[0, 3], [1, 4], [2, 5]]
    assert _codes(groups) == [["split_plane_axial"], ["split_plane_sagittal"], ["split_plane_coronal"]]


def test_a_rotating_projection_stays_one_stack_in_the_order_of_its_numbers() -> None:
    turned = [
        Geometry(position=(0, 0, 0), orientation=(math.cos(a), math.sin(a), 0, 0, 0, -1))
        for a in (math.radians(10 * n) for n in range(18))
    ]
    (group,) = split(_made(*[{"geometry": geometry, "number": n} for n, geometry in enumerate(turned)]))
    assert [one.number for one in group.slices] == list(range(18))


def test_a_cine_of_one_slice_stays_one_stack() -> None:
    cine = [{"z": 0.0, "trigger": 40.0 * n, "temporal": float(n), "phase": 4.0 * n} for n in range(25)]
    assert len(split(_made(*cine))) == 1


def test_directions_of_diffusion_are_volumes_of_their_own() -> None:
    ways = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    made = _made(
        *_volume(b_value=0.0), *[{"z": 5 * z, "b_value": 1000.0, "direction": w} for z in range(4) for w in ways]
    )
    groups = split(made)
    assert [len(group.slices) for group in groups] == [4, 4, 4, 4]
    assert _codes(groups)[1:] == [["split_b_value", "split_direction"]] * 3


def test_trigger_times_that_drift_from_slice_to_slice_are_ranked_at_each_place() -> None:
    made = _made(*[{"z": 5 * z, "trigger": 40.0 * t + z} for t in range(3) for z in range(4)])
    groups = split(made)
    assert _sets(groups) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert [group.notes[0].code for group in groups] == ["volumes_by_order"] * 3


def test_volumes_that_nothing_tells_apart_are_split_by_their_numbers_and_told() -> None:
    made = _made(*[{"z": 5 * z, "number": 10 * t + z} for t in range(3) for z in range(4)])
    groups = split(made)
    assert [[one.number for one in group.slices] for group in groups] == [
        [10 * t + z for z in range(4)] for t in range(3)
    ]
    assert dict(groups[0].notes[0].params) == {"volumes": 3}


def test_the_last_volume_of_an_aborted_run_may_be_short() -> None:
    made = _made(*[{"z": 5 * z, "number": 10 * t + z} for t in range(3) for z in range(4) if (t, z) != (2, 3)])
    assert [len(group.slices) for group in split(made)] == [4, 4, 3]


def test_one_image_twice_splits_nothing() -> None:
    assert len(split(_made(*_volume(), {"z": 5.0}))) == 1


def test_acquisitions_that_follow_each_other_along_the_table_are_one_stack() -> None:
    assert len(split(_made(*[{"z": z, "acquisition": z // 2} for z in range(8)]))) == 1


def test_the_same_places_in_two_acquisitions_are_two_stacks() -> None:
    groups = split(_made(*_volume(acquisition=1), *_volume(acquisition=2)))
    assert _codes(groups) == [["split_acquisition"], ["split_acquisition"]]


def test_derived_images_and_other_sizes_are_split_off() -> None:
    groups = split(_made(*_volume(image_type=("ORIGINAL",)), *_volume(image_type=("DERIVED",))))
    assert len(groups) == 2
    groups = split(_made(*[{"z": z, "size": (4, 4)} for z in range(4)], *[{"z": z, "size": (8, 8)} for z in range(4)]))
    assert [dict(group.split[0].params)["value"] for group in groups] == ["4×4", "8×8"]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_slice_is_in_one_group_whatever_order_they_come_in(seed: int) -> None:
    chance = random.Random(seed)
    described = [
        {
            "z": chance.choice((0.0, 5.0, 5.001, 10.0)),
            "number": chance.randrange(5),
            "echo": chance.choice((None, 4.6, 4.65, 9.2)),
            "direction": chance.choice(((), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))),
            "geometry": _at(chance.choice((0.0, 5.0)), chance.choice((AXIAL, CORONAL))),
        }
        for _ in range(chance.randrange(1, 20))
    ]
    made = _made(*described)
    shuffled = made.copy()
    chance.shuffle(shuffled)
    groups = split(made)
    assert split(shuffled) == groups
    assert sorted(key for group in _sets(groups) for key in group) == list(range(len(made)))


def test_every_reason_to_split_has_its_texts() -> None:
    always_known = {"kind", "size"}
    keys = {f"note.split_{rule.code}" for rule in RULES if rule.code != "orientation"}
    keys |= {f"note.split_without_{rule.code}" for rule in RULES if rule.code not in always_known}
    keys |= {f"note.split_plane_{p}{o}" for p in ("axial", "sagittal", "coronal") for o in ("", "_oblique")}
    assert keys <= set(catalogue())
