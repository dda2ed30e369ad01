"""Where the program's own files lie: resources that it ships, and data, models, cache and logs that it writes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError

DATA_VARIABLE = "MEDAPP_HOME"


@dataclass(frozen=True)
class Folders:
    """The folders that the program writes to. None of them need exist yet."""

    data: Path
    cache: Path
    config: Path

    @property
    def models(self) -> Path:
        """Installed model packages, one folder each."""
        return self.data / "models"

    @property
    def runs(self) -> Path:
        """Training runs, one folder each."""
        return self.data / "runs"

    @property
    def projects(self) -> Path:
        """Teaching projects: question, cases, decisions, lab book."""
        return self.data / "projects"

    @property
    def results(self) -> Path:
        """The database of predictions."""
        return self.data / "results.sqlite"

    @property
    def watched(self) -> Path:
        """The database of what models said while they watched silently."""
        return self.data / "watched.sqlite"

    @property
    def opinions(self) -> Path:
        """The database of what readers said of answers."""
        return self.data / "opinions.sqlite"

    @property
    def measurements(self) -> Path:
        """The database of what was measured on images."""
        return self.data / "measurements.sqlite"

    @property
    def key_images(self) -> Path:
        """The database of marked images."""
        return self.data / "key_images.sqlite"

    @property
    def hanging(self) -> Path:
        """The hanging rules that a person has made."""
        return self.data / "hanging.json"

    @property
    def worklist(self) -> Path:
        """The note of the worklist that was worked through last."""
        return self.config / "worklist.json"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"

    @property
    def running(self) -> Path:
        """The note of a running window."""
        return self.config / "running.json"

    @property
    def logs(self) -> Path:
        """Log files, without names, ids or dates of patients."""
        return self.data / "logs"


def user_folders() -> Folders:
    """Return the folders of this user, or those under ``MEDAPP_HOME`` where that is set.

    Raises
    ------
    MedappError
        If the system knows no home folder of this user: files would land wherever the program was started.
    """
    home = os.environ.get(DATA_VARIABLE)
    if home:
        root = Path(home)
        return Folders(root / "data", root / "cache", root / "config")
    import platformdirs

    dirs = platformdirs.PlatformDirs("medapp", appauthor=False)
    try:
        folders = Folders(Path(dirs.user_data_dir), Path(dirs.user_cache_dir), Path(dirs.user_config_dir))
    except RuntimeError as error:
        raise MedappError("folders.no_home", variable=DATA_VARIABLE) from error
    if not folders.data.is_absolute():  # "~" that nobody could resolve, in older releases of platformdirs
        raise MedappError("folders.no_home", variable=DATA_VARIABLE)
    return folders


def guide_folder() -> Path:
    """Return the folder of the user guide and its pictures: shipped with the resources, or ``docs`` of the source."""
    shipped = resource_path("guide")
    return shipped if shipped.is_dir() else resource_path().parent / "docs"


def resource_path(*parts: str) -> Path:
    """Return the path of a file that the program ships, from source, from a wheel, or frozen.

    Parameters
    ----------
    *parts : str
        Path below ``resources/``, for example ``("icons", "open.svg")``.
    """
    frozen = getattr(sys, "_MEIPASS", None)
    package = Path(__file__).resolve().parent
    roots = [Path(frozen) / "medapp" / "_resources"] if frozen else []
    roots += [package / "_resources", package.parent / "resources"]
    root = next((r for r in roots if r.is_dir()), roots[-1])
    return root.joinpath(*parts)
