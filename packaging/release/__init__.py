"""Makes what a hospital installs: one folder of everything, a .deb and an archive of it, with licences and sums.

`python3 packaging/dev.py package` runs `python -m release` here. Each module is one step and can be read alone:
`contents` (what goes in, what stays out), `freezing` (PyInstaller), `shipped` (whose every file is), `licences`,
`components`, `notice`, `bill` (of materials), `payload` (what lies beside the program), `savings`, `archive` and `deb`
under `linux`. Beside them: `comparing` (two builds), `startup` (how long), `fresh_root` (a trial in a Debian without
Python, with `debian_root`, `window_trial`, `tutorial_trial`, `screen`).
"""
