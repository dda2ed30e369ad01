"""What goes into the package, and what stays out and why. Patterns are of paths below the package's own folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

SAMPLES = ("CT_small.dcm", "MR_small.dcm", "emri_small.dcm", "examples_ybr_color.dcm")
"""Those of pydicom's test files that the built-in sample opens (`medapp.imaging.phantom`)."""


@dataclass(frozen=True)
class Part:
    """Something that is installed where the package is built, and that the program does without.

    Attributes
    ----------
    name, why : str
        For the table in `docs/packaging.md`.
    modules : tuple of str
        Modules that are not collected, with all below them.
    files : tuple of str
        Patterns of files that are not collected.
    """

    name: str
    why: str
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns of everything that belongs to the part."""
        folders = tuple(f"{module.replace('.', '/')}/*" for module in self.modules)
        return (*folders, *(f"{module.replace('.', '/')}.*" for module in self.modules), *self.files)


TORCH_TESTS = (
    *("opinfo", "generated", "common_methods_invocations", "common_utils", "common_modules", "common_nn"),
    *("common_fsdp", "common_quantization", "common_device_type", "common_distributed"),
    *("common_optimizers", "common_cuda", "optests", "distributed.rpc", "distributed.nn"),
    *("distributed._tensor", "distributed.distributed_test", "hop_db"),
)
OTHER_CODECS = (
    *("aec", "apng", "avif", "bcn", "bitshuffle", "blosc", "blosc2", "bmp", "brotli", "cms", "gif"),
    *("h5checksum", "htj2k", "lz4", "lz4f", "lzf", "lzfse", "lzham", "lzo", "meshopt", "pcodec", "pglz"),
    *("qoi", "quantize", "rcomp", "rgbe", "snappy", "sperr", "spng", "sz3", "szip", "ultrahdr", "zfp"),
    *("zlibng", "zopfli", "ljpeg"),
)
LEFT_OUT = (
    Part("Triton", "compiles GPU code for torch.compile, which medapp does not use", ("triton",)),
    Part(
        "CUDA: headers, static libraries, GPU byte code, Python bindings",
        "only compilers need them",
        ("cuda",),
        ("nvidia/*/include/*", "nvidia/*/bin/*", "nvidia/*/cccl/*", "nvidia/*.a", "nvidia/*.bc"),
    ),
    Part(
        "CUDA: profilers and several GPUs at once",
        "no library that stays links or opens them",
        (),
        (
            "nvidia/*/libcusolverMg*",
            "nvidia/*/libnvperf*",
            "nvidia/*/libpcsamplingutil*",
            "nvidia/*/libcheckpoint*",
            "nvidia/*/libnvblas*",
            "nvidia/*/libcufftw*",
            "nvidia/*/libcufile_rdma*",
            "nvidia/*/libnvtx3interop*",
            "nvidia/nvshmem/lib/nvshmem_*",
        ),
    ),
    Part(
        "PyTorch: headers, compilers, its own tests",
        "only who builds or tests PyTorch needs them",
        (
            *("torch.utils.tensorboard", "torch.utils.benchmark", "torch.utils.hipify", "torch._dynamo.test_case"),
            *(f"torch.testing._internal.{name}" for name in TORCH_TESTS),
        ),
        ("torch/include/*", "torch/bin/protoc*", "torch/share/*", "torch/lib/*.a"),
    ),
    Part(
        "torchvision: its own image files",
        "medapp reads images in its readers",
        (),
        ("torchvision/image*.so", "torchvision.libs/*", "torchvision/datasets/*"),
    ),
    Part(
        "Qt: QML, Quick, Designer, SQL, tests, embedded and virtual screens",
        "the window is made of widgets",
        (
            "PySide6.QtQml",
            "PySide6.QtQuick",
            "PySide6.QtQuickControls2",
            "PySide6.QtQuickWidgets",
            "PySide6.QtQuickTest",
            "PySide6.QtDesigner",
            "PySide6.QtHelp",
            "PySide6.QtSql",
            "PySide6.QtTest",
            "PySide6.QtUiTools",
            "PySide6.QtXml",
            "PySide6.QtPrintSupport",
            "PySide6.QtConcurrent",
            "PySide6.scripts",
            "PySide6.support",
        ),
        (
            "PySide6/Qt/qml/*",
            "PySide6/Qt/libexec/*",
            "PySide6/Qt/metatypes/*",
            "PySide6/include/*",
            "PySide6/typesystems/*",
            "PySide6/glue/*",
            "PySide6/*.pyi",
            *("PySide6/qml*", "PySide6/svgtoqml", "PySide6/balsam*", "PySide6/l[ru]*", "PySide6/rcc", "PySide6/uic"),
            "PySide6/Assistant*",
            "PySide6/Designer*",
            "PySide6/Linguist*",
            *(
                f"PySide6/Qt/lib/libQt6{name}*"
                for name in (
                    "Qml",
                    "Quick",
                    "Labs",
                    "Lottie",
                    "Designer",
                    "Help",
                    "Sql",
                    "Test",
                    "UiTools",
                    "Xml",
                    "PrintSupport",
                    "Concurrent",
                    "EglF",
                    "WaylandCompositor",
                    "WaylandEglCompositor",
                )
            ),
            "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboard*",
            *(f"PySide6/Qt/plugins/platforms/libq{name}*" for name in ("eglfs", "linuxfb", "minimal", "vkkhr", "vnc")),
            *(f"PySide6/Qt/plugins/{name}/*" for name in ("designer", "egldeviceintegrations", "generic")),
            *(f"PySide6/Qt/plugins/{name}/*" for name in ("printsupport", "qmllint", "qmltooling", "sqldrivers")),
            "PySide6/Qt/plugins/platformthemes/libqgtk3*",
            *(f"PySide6/Qt/plugins/{name}/*" for name in ("tls", "networkinformation", "vectorimageformats")),
            "PySide6/Qt/plugins/wayland-graphics-integration-server/*",
            *(f"PySide6/Qt/plugins/imageformats/libq{name}*" for name in ("pdf", "tiff")),
        ),
    ),
    Part(
        "imagecodecs: formats that no scan comes in",
        "DICOM, TIFF, PNG and JPEG need sixteen of its codecs",
        (),
        tuple(f"imagecodecs/_{name}.*" for name in OTHER_CODECS),
    ),
    Part(
        "ONNX: other runtimes, training tools, back-end tests",
        "an export is written and run back, no more",
        (
            "onnx.backend",
            "onnx.reference",
            "onnxruntime.transformers",
            "onnxruntime.quantization",
            "onnxruntime.tools",
            "onnxruntime.datasets",
            "flatbuffers",
        ),
    ),
    Part(
        "ReportLab: fonts under the GPL",
        "pages use DejaVu Sans, which medapp ships",
        (),
        ("reportlab/fonts/*", "reportlab/graphics/samples/*"),
    ),
    Part(
        "Python: readline and gdbm (GPL), Tk, IDLE, pip, its own tests",
        "a window without a prompt has no use for them",
        (
            "readline",
            "_gdbm",
            "_dbm",
            "dbm.gnu",
            "dbm.ndbm",
            "nis",
            "tkinter",
            "_tkinter",
            "turtle",
            "turtledemo",
            "idlelib",
            "lib2to3",
            "ensurepip",
            "pip",
            "wheel",
            "test",
            "_curses",
            "_curses_panel",
            "curses",
        ),
    ),
    Part(
        "Test suites of the libraries",
        "they were run by those who made the libraries",
        (
            "numpy.tests",
            "scipy.conftest",
            "sympy.testing",
            "PIL.ImageTk",
            "PIL.ImageQt",
            "numpy.distutils",
        ),
        ("*/tests/*", "pydicom/data/test_files/*"),
    ),
    Part(
        "What only development needs",
        "tests, checks, references to measure against, the packager itself",
        (
            *("pytest", "_pytest", "pytestqt", "hypothesis", "mypy", "mypyc", "ruff", "grimp", "importlinter"),
            *("sklearn", "joblib", "SimpleITK", "pynetdicom", "jpeg_ls", "_CharLS", "matplotlib", "pyqtgraph"),
            *("IPython", "setuptools", "pkg_resources", "_distutils_hack", "PyInstaller", "altgraph"),
            *("_pyinstaller_hooks_contrib", "fontTools", "kiwisolver", "contourpy", "rich", "pygments", "narwhals"),
            *("optype", "librt", "pandas", "numba", "llvmlite", "dateutil", "cycler", "pyparsing", "cffi", "py"),
            *("mpl_toolkits", "pylab", "colorama", "cloudpickle", "charset_normalizer", "networkx", "fsspec"),
            *("threadpoolctl", "jinja2", "markupsafe"),
        ),
        ("scipy-stubs/*", "*__mypyc*.so", "*.pyi"),
    ),
)

MODULES_FOUND_BY_NAME = (
    *(f"imagecodecs._{name}" for name in ("imcd", "shared", "shared_cython", "imagecodecs")),
    *(f"imagecodecs._{name}" for name in ("jpeg8", "jpegls", "jpeg2k", "jpegxl", "jpegsof3", "jpegxr", "png", "tiff")),
    *(
        f"imagecodecs._{name}"
        for name in ("bz2", "ccitt", "deflate", "lerc", "lzma", "pixarlog", "webp", "zlib", "zstd")
    ),
    "highdicom",
    "onnx",
    "onnxruntime",
)
"""Modules that their libraries import by a name made while they run."""

NEEDED_LIBRARIES = (
    "nvidia/cu13/lib/*.so*",
    "nvidia/cudnn/lib/*.so*",
    "nvidia/cusparselt/lib/*.so*",
    "nvidia/nccl/lib/*.so*",
    "nvidia/nvshmem/lib/*.so*",
    "torch/bin/torch_shm_manager",
)
"""Libraries that torch links or opens by name: found here by pattern, less those that are left out."""

NEEDED_DATA = ("highdicom/_standard/*.json", "highdicom/_icc_profiles/*.icc")
"""Files that libraries read and no hook knows of."""


KEPT_SYSTEM_LIBRARIES = (
    *("libssl.*", "libcrypto.*", "libsqlite3.*", "libffi.*", "libbz2.*", "liblzma.*"),
    *("libxcb-cursor.*", "libxcb-icccm.*", "libxcb-image.*", "libxcb-keysyms.*", "libxcb-render-util.*"),
    *("libxcb-util.*", "libxcb-xkb.*", "libxkbcommon.*", "libxkbcommon-x11.*"),
)
"""Libraries of the system that go in: what Python's modules link, and what Qt links and many desktops lack. All others
(the C++ library, fonts, X11, OpenGL) must be those of the workstation, for its drivers use them too."""


def is_wanted_library(place: str, source: str) -> bool:
    """Tell whether a shared library goes in; one of the system only if it is known to be needed."""
    if source.startswith(("/lib", "/usr/lib")):
        return any(fnmatchcase(place, pattern) for pattern in KEPT_SYSTEM_LIBRARIES)
    return is_wanted_file(place)


def is_wanted_file(path: str) -> bool:
    """Tell whether a file (its place below the package's folder, with ``/``) goes in."""
    if path.rpartition("/")[2] in SAMPLES and path.startswith("pydicom/data/test_files/"):
        return True
    return not any(fnmatchcase(path, pattern) for part in LEFT_OUT for pattern in part.patterns)


def is_wanted_module(name: str) -> bool:
    """Tell whether a module goes in."""
    return not any(name == out or name.startswith(f"{out}.") for part in LEFT_OUT for out in part.modules)


def excluded_modules() -> list[str]:
    """Return the modules that PyInstaller is told to leave out."""
    return [module for part in LEFT_OUT for module in part.modules]


def own_modules(root: Path) -> list[str]:
    """Return every module of medapp, for sub-commands and texts are found by their names."""
    files = sorted((root / "medapp").rglob("*.py"))
    names = [".".join(file.relative_to(root).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def own_files(root: Path) -> list[tuple[str, str]]:
    """Return medapp's resources and schemas as PyInstaller takes them: file, folder in the package."""
    schemas = [(path, "medapp/schemas") for path in sorted((root / "medapp" / "schemas").glob("*.json"))]
    below = root / "resources"
    resources = [
        (path, (Path("medapp/_resources") / path.parent.relative_to(below)).as_posix())
        for path in sorted(below.rglob("*"))
        if path.is_file()
    ]
    return [(str(path), folder) for path, folder in (*schemas, *resources, *guide_files(root))]


def guide_files(root: Path) -> list[tuple[Path, str]]:
    """Return the pages of the user guide and their pictures."""
    pages = [(path, "medapp/_resources/guide") for path in sorted((root / "docs").glob("*.md"))]
    pictures = sorted((root / "docs" / "pictures").glob("*.jpg"))
    return [*pages, *((path, "medapp/_resources/guide/pictures") for path in pictures)]


def library_files(packages: Path) -> list[tuple[str, str]]:
    """Return the shared libraries in `packages` that no hook finds: file, folder in the package."""
    return list(_found(packages, NEEDED_LIBRARIES))


def data_files(packages: Path) -> list[tuple[str, str]]:
    """Return the other files in `packages` that no hook finds: tables of highdicom, images of the sample."""
    return list(_found(packages, (*NEEDED_DATA, *(f"pydicom/data/test_files/{name}" for name in SAMPLES))))


def _found(packages: Path, patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in (path for pattern in patterns for path in sorted(packages.glob(pattern))):
        place = path.relative_to(packages)
        if is_wanted_file(place.as_posix()):
            yield str(path), place.parent.as_posix()
