"""What goes into the package: everything that medapp imports, and nothing that it names as left out."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from release import contents, savings

ROOT = Path(__file__).resolve().parents[2]


def imported_modules() -> set[str]:
    found = set()
    for path in (ROOT / "medapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}


def test_nothing_that_medapp_imports_is_left_out() -> None:
    assert [name for name in sorted(imported_modules()) if not contents.is_wanted_module(name)] == []


def test_every_module_of_medapp_goes_in_for_sub_commands_are_found_by_name() -> None:
    modules = contents.own_modules(ROOT)
    assert {"medapp", "medapp.__main__", "medapp.cli.classify", "medapp.imaging.reader_process"} <= set(modules)
    assert len(modules) == len(set(modules)) == len(list((ROOT / "medapp").rglob("*.py")))


def test_every_resource_and_schema_goes_in() -> None:
    places = {f"{folder}/{Path(path).name}" for path, folder in contents.own_files(ROOT)}
    assert "medapp/schemas/report.json" in places
    assert "medapp/_resources/translations/zh_CN/core.json" in places
    assert "medapp/_resources/models/chest-starter-children/MANIFEST.sha256" in places
    resources = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    assert sum("_resources/" in place and "/guide/" not in place for place in places) == len(resources)


@pytest.mark.parametrize(
    "path",
    [
        "torchvision/_C_stable.so",
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cuda.so",
        "nvidia/cu13/lib/libcublasLt.so.13",
        "nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9",
        "pydicom/data/test_files/CT_small.dcm",
        "imagecodecs/_jpeg2k.abi3.so",
        "PySide6/libpyside6.abi3.so.6.11",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
    ],
)
def test_what_the_program_opens_by_name_is_kept(path: str) -> None:
    assert contents.is_wanted_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "triton/_C/libtriton.so",
        "nvidia/cu13/lib/libcusolverMg.so.12",
        "nvidia/nvshmem/lib/libnvshmem_device.a",
        "torch/include/ATen/ATen.h",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "reportlab/fonts/DarkGardenMK.pfb",
        "pydicom/data/test_files/rtplan.dcm",
        "scipy/linalg/tests/data/carex_15_data.npz",
    ],
)
def test_what_nothing_opens_stays_out(path: str) -> None:
    assert not contents.is_wanted_file(path)


def test_of_the_system_only_named_libraries_go_in() -> None:
    assert contents.is_wanted_library("libxcb-cursor.so.0", "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0")
    assert not contents.is_wanted_library("libreadline.so.8", "/lib/x86_64-linux-gnu/libreadline.so.8")
    assert not contents.is_wanted_library("libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6")
    assert contents.is_wanted_library("numpy.libs/libopenblas.so", "/somewhere/numpy.libs/libopenblas.so")


def test_each_left_out_part_says_why_in_a_few_words() -> None:
    assert all(part.why and part.patterns and len(part.why) < 80 for part in contents.LEFT_OUT)
    names = [part.name for part in contents.LEFT_OUT]
    assert len(names) == len(set(names))


def test_what_a_part_saves_is_counted_once_and_without_what_went_in_all_the_same(tmp_path: Path) -> None:
    for name, size in (("triton/compiler.py", 3_000_000), ("triton/kept.py", 500), ("numpy/core.py", 70)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    found = savings.savings([tmp_path], [str(tmp_path / "triton" / "kept.py")])
    assert [(saving.part.name, saving.size) for saving in found] == [("Triton", 3_000_000)]
    assert "| Triton | 3 | compiles GPU code" in savings.table(found)
