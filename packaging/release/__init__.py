"""Makes what a hospital installs: one folder of everything, a .deb and an archive of it, with licences and sums.

`python3 packaging/dev.py package` runs `python -m release` here. Each module is one step and can be read alone:
`contents` (what goes in, what stays out), `freezing` (PyInstaller), `shipped` (whose every file is), `licences`,
`notice`, `bill` (of materials), `archive` and `deb` (Linux), `sums`, `comparing` (two builds), `fresh_root` (a try
in a Debian without Python).
"""
