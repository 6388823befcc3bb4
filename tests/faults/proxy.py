"""A TCP proxy on this machine whose connections can be cut, at once and all together."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Proxy:
    """Passes on what comes to `port` to another port of this machine."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self.sockets: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.start(self.accept)

    def start(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                for each in (near, far):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self.lock:
                    self.open |= {near, far}
                    self.sockets += [near, far]
                self.start(self.pass_on, near, far)
                self.start(self.pass_on, far, near)

    def pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        """Copy until either side ends."""
        with suppress(OSError):
            while chunk := source.recv(65_536):
                sink.sendall(chunk)
        self.end([source, sink])

    def end(self, ended: list[socket.socket]) -> None:
        for each in ended:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> int:
        """Cut every connection; how many there were, counting each side."""
        with self.lock:
            ended, self.open = list(self.open), set()
        self.end(ended)
        return len(ended)

    def close(self) -> None:
        self.end([self.listening])
        self.listening.close()
        self.cut()
        for thread in self.threads:
            thread.join(5.0)
        for each in self.sockets:
            each.close()
