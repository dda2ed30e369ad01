"""How torch is collected: its libraries where it looks for them, its sources (it reads some), none of its tests."""

from PyInstaller.utils.hooks import collect_dynamic_libs, collect_submodules
from release.contents import is_wanted_module

module_collection_mode = "pyz+py"
warn_on_missing_hiddenimports = False
hiddenimports = collect_submodules("torch", filter=is_wanted_module)
binaries = collect_dynamic_libs("torch", search_patterns=["*.so", "*.so.*", "*.dll", "*.dylib"])
datas: list[tuple[str, str]] = []
# Links to its libraries beside the program would make torch look for their neighbours in the wrong folder.
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
