"""How torchvision is collected: with its compiled library, which it loads by its path.

Without it every start ends with "operator torchvision::nms does not exist".
"""

from PyInstaller.utils.hooks import collect_dynamic_libs

module_collection_mode = "pyz+py"
binaries = collect_dynamic_libs("torchvision", search_patterns=["*.so", "*.pyd", "*.dll", "*.dylib"])
