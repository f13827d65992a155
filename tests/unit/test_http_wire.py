"""An answer as it comes off a socket: read to its end, or given up."""

from __future__ import annotations

import socket
import time
from contextlib import closing

import pytest

from adapters.contract import BadAnswer
from adapters.http_wire import Answer


@pytest.mark.parametrize(("most", "whole"), [(5000, True), (1000, False)])
def test_a_connection_is_used_again_only_after_a_whole_answer(most: int, whole: bool) -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + bytes(5000))
        answer = Answer(ours, "GET", time.monotonic() + 5)
        if whole:
            assert answer.read(most) == bytes(5000)
        else:
            with pytest.raises(BadAnswer):
                answer.read(most)
        assert answer.will_close != whole
