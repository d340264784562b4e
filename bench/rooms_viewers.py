"""All viewers in one process: opens the streams and checks that each gets every event once and in
order.

Prints `joined <seconds>` when all have their snapshot, `<seq>` when the last viewer has event
`seq`, and after the last event `gaps <n>`: how many events were missed or repeated.
"""

from __future__ import annotations

import re
import select
import socket
import sys
import time

NUMBERS = re.compile(rb"\nid: (\d+)\ndata: [^\n]*\n\n")


class Crowd:
    def __init__(self, port: int, path: str, size: int) -> None:
        self.poll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.rest: dict[int, bytes] = {}
        self.seq: dict[int, int] = {}
        self.gaps = 0
        request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode()
        )
        for _ in range(size):
            one = socket.create_connection(("127.0.0.1", port))
            one.send(request)
            one.setblocking(False)
            number = one.fileno()
            self.sockets[number], self.rest[number], self.seq[number] = one, b"", -1
            self.poll.register(one, select.EPOLLIN)

    def wait_for(self, seq: int) -> None:
        """Until everybody has the event `seq`."""
        left = sum(have < seq for have in self.seq.values())
        while left:
            for number, _ in self.poll.poll():
                left -= self.read(number, seq)

    def read(self, number: int, awaited: int) -> bool:
        """Take what has come for one viewer; whether it got the awaited event now."""
        data = self.rest[number] + self.sockets[number].recv(65536)
        before = have = self.seq[number]
        end = 0
        for found in NUMBERS.finditer(data):
            seq, end = int(found[1]), found.end()
            self.gaps += have >= 0 and seq != have + 1
            have = seq
        self.rest[number] = data[end:][-4096:]
        self.seq[number] = have
        return before < awaited <= have


def main(port: int, path: str, size: int, events: int) -> None:
    started = time.monotonic()
    crowd = Crowd(port, path, size)
    crowd.wait_for(0)
    print(f"joined {time.monotonic() - started}", flush=True)
    for seq in range(1, events + 1):
        crowd.wait_for(seq)
        print(seq, flush=True)
    print(f"gaps {crowd.gaps}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
