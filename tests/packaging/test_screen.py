"""Screens that Xvfb keeps in a file, and what the trial in a fresh Debian says when something is wrong."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from release.debian_root import Root, TrialError
from release.screen import ACCENT, Button, ScreenError, main_buttons, picture_of


def dump(pixels: bytes, columns: int, rows: int, *, little: bool = True, bits: int = 32) -> bytes:
    words = [0] * 25
    words[0], words[1], words[4], words[5] = 100, 7, columns, rows
    words[7], words[11], words[12], words[19] = 0 if little else 1, bits, 4 * columns, 2
    return struct.pack(">25I", *words) + bytes(2 * 12) + pixels


def test_a_screen_is_read_as_red_green_blue() -> None:
    blue_then_red = bytes([255, 0, 0, 0, 0, 0, 255, 0])
    np.testing.assert_array_equal(picture_of(dump(blue_then_red, 2, 1)), [[[0, 0, 255], [255, 0, 0]]])
    np.testing.assert_array_equal(
        picture_of(dump(bytes([0, 1, 2, 3, 0, 4, 5, 6]), 1, 2, little=False)), [[[1, 2, 3]], [[4, 5, 6]]]
    )


def test_a_screen_of_another_depth_is_refused() -> None:
    with pytest.raises(ScreenError, match="16"):
        picture_of(dump(bytes(8), 2, 1, bits=16))


def test_the_next_thing_to_press_is_found_by_its_colour_and_told_from_small_marks() -> None:
    picture = np.zeros((200, 400, 3), np.uint8)
    picture[50:80, 100:300] = ACCENT
    picture[120:148, 310:370] = ACCENT
    picture[5:9, 5:300] = ACCENT  # a progress bar
    assert main_buttons(picture) == [Button(200, 65, 200), Button(340, 134, 60)]


def test_a_command_that_fails_in_the_root_is_told_with_its_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Root, "prefix", lambda self, **_: [])
    with pytest.raises(TrialError, match="ended with status 4:\nlast words"):
        Root(Path("/")).run("sh", "-c", "echo last words >&2; exit 4")


def test_commands_run_without_a_network_unless_they_fetch_packages() -> None:
    root = Root(Path("/debian"))
    assert root.prefix(user="tester") == ["unshare", "--net", "chroot", "--userspec=tester:tester", "/debian"]
    assert root.prefix(network=True) == ["chroot", "/debian"]
