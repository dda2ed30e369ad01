"""Messages through pipes, and children that die, hang or lie."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.processes import (
    Child,
    ChildDiedError,
    ChildTooSlowError,
    Message,
    read_message,
    write_message,
)

ECHO = """
from medapp.processes import ParentPipes
pipes = ParentPipes(role="echo")
while (message := pipes.receive()) is not None:
    if message.header.get("say") == "die":
        raise SystemExit(1)
    if message.header.get("say") != "nothing":
        print("a library that prints")
        pipes.send(message.header, message.arrays)
"""


@pytest.fixture
def echo() -> Iterator[Child]:
    child = Child([sys.executable, "-c", ECHO])
    yield child
    child.close()


def through_a_pipe(message: Message) -> Message | None:
    stream = io.BytesIO()
    write_message(stream, message)
    stream.seek(0)
    return read_message(stream)


@given(st.lists(st.integers(0, 4), min_size=0, max_size=3), st.sampled_from(["<u2", "|u1", "<f4", "|b1", ">i2"]))
@settings(max_examples=40)
def test_arrays_of_any_shape_and_type_come_back_equal(shape: list[int], dtype: str) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = through_a_pipe(Message({"id": 1}, {"a": array}))
    assert back is not None
    assert back.header == {"id": 1}
    assert back.arrays["a"].dtype == array.dtype
    np.testing.assert_array_equal(back.arrays["a"], array)


def test_the_end_of_the_stream_is_no_message() -> None:
    assert read_message(io.BytesIO()) is None


def test_a_torn_message_is_told_as_such() -> None:
    stream = io.BytesIO()
    write_message(stream, Message({}, {"a": np.zeros(100)}))
    with pytest.raises(ChildDiedError):
        read_message(io.BytesIO(stream.getvalue()[:-1]))


def test_an_array_that_claims_to_be_huge_is_refused_before_memory_is_taken() -> None:
    header = b'{"arrays":[{"name":"a","dtype":"<f8","shape":[100000,100000]}]}'
    with pytest.raises(ChildDiedError):
        read_message(io.BytesIO(len(header).to_bytes(4, "little") + header))


def test_a_child_answers_and_its_prints_do_not_disturb(echo: Child) -> None:
    echo.send({"say": "hello"}, {"a": np.arange(5)})
    answer = echo.receive(20)
    assert answer.header == {"say": "hello"}
    np.testing.assert_array_equal(answer.arrays["a"], np.arange(5))


def test_a_silent_child_is_too_slow_and_still_alive(echo: Child) -> None:
    echo.send({"say": "nothing"})
    with pytest.raises(ChildTooSlowError):
        echo.receive(0.1)
    assert echo.alive


def test_a_dead_child_is_told_at_every_question(echo: Child) -> None:
    echo.send({"say": "die"})
    for _ in range(2):
        with pytest.raises(ChildDiedError):
            echo.receive(20)


def test_a_child_of_another_protocol_is_refused() -> None:
    script = ECHO.replace('role="echo"', "protocol=99").replace("ParentPipes(", "ParentPipes(**{}, ")
    with pytest.raises((ChildDiedError, ChildTooSlowError)):
        Child([sys.executable, "-c", script], hello_timeout=20)
