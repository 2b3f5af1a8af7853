"""A line between the dashboard and its platform that can be cut, also in the middle of an answer, and mended."""

import socket
import struct
import threading


class Line:
    def __init__(self, there, counted=b"GET /v1/addons HTTP/1.1"):
        # A socket file, or host:port.
        self.there = there
        self.counted, self.count = counted, 0
        self.lock = threading.Lock()
        self.ends = set()
        self.left = None
        self.listener = None
        self.port = 0
        self.mend()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def mend(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self.left = None
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
                server = self.connect()
            except OSError:
                return  # The line was cut, or the platform is gone.
            with self.lock:
                if self.listener is not listener:
                    client.close()
                    server.close()
                    return
                self.ends |= {client, server}
            threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, True), daemon=True).start()

    def connect(self):
        if "/" not in self.there:
            host, port = self.there.split(":")
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.there)
        return server

    def pump(self, source, target, is_answer):
        try:
            while data := source.recv(65536):
                if not is_answer:
                    # A request of ours is one write, so its first line is never cut in two.
                    with self.lock:
                        self.count += data.count(self.counted)
                elif self.left is not None:
                    part, self.left = data[: self.left], self.left - len(data)
                    if self.left <= 0:
                        target.sendall(part)
                        self.cut()
                        return
                target.sendall(data)
        except OSError:
            pass
        finally:
            with self.lock:
                self.ends -= {source, target}
            for end in (source, target):
                try:
                    # Wakes the other pump, which closes nothing that is closed.
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()

    def cut_after(self, count):
        """Cuts when so many more bytes of answers have passed."""
        self.left = count

    def cut(self):
        """Nobody listens any more, and what was open is reset."""
        with self.lock:
            ends, self.ends = self.ends, set()
            listener, self.listener = self.listener, None
        if listener:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        for end in ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
                end.close()
            except OSError:
                pass
