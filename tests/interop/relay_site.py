"""What stands behind and in front of a relay: a site that records its visitors, a recorder on the way, a TLS client."""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

NO_SITE = None if shutil.which("openssl") else "openssl is missing (package openssl)"


class Visit:
    """One connection to the site: what came, and what went, as bytes on the wire."""

    def __init__(self):
        self.received = bytearray()
        self.sent = bytearray()


class Server:
    """Accepts connections, each in a thread of its own."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(30)
            threading.Thread(target=self._serve_and_close, args=(connection,), daemon=True).start()

    def _serve_and_close(self, connection):
        with connection:
            try:
                self.serve(connection)
            except (OSError, ssl.SSLError):
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


class Site(Server):
    """A site with TLS 1.3 and plain HTTP on one port; what is neither is read to its end, and not answered."""

    PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nreal\r\n"

    def __init__(self):
        self.visits = []
        self.context = None if NO_SITE else self._make_context()
        super().__init__()

    @staticmethod
    def _make_context():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = os.path.join(folder, "key"), os.path.join(folder, "certificate")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key,
                            "-out", certificate, "-subj", "/CN=site.example.com"], check=True, capture_output=True)
            context.load_cert_chain(certificate, key)
        return context

    def count(self):
        return len(self.visits)

    def visit(self, start, data):
        """The visit since `start` that brought exactly these bytes."""
        return next((visit for visit in self.visits[start:] if visit.received == data), None)

    def serve(self, connection):
        visit = Visit()
        self.visits.append(visit)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(incoming, outgoing, server_side=True) if self.context else None
        request, broken = b"", False

        def send(data):
            visit.sent += data
            connection.sendall(data)

        while True:
            data = connection.recv(65536)
            if not data:
                return
            visit.received += data
            if visit.received.startswith(b"GET "):
                if b"\r\n\r\n" in visit.received:
                    send(self.PAGE)
                continue
            if broken or tls is None or not visit.received.startswith(b"\x16"):
                continue
            incoming.write(data)
            try:
                request += tls.read(65536)
                if b"\r\n\r\n" in request:
                    tls.write(self.PAGE)
            except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                pass
            except ssl.SSLError:
                broken = True  # its alert goes out; what follows is read and dropped
            send(outgoing.read())


class Recorder(Server):
    """Passes bytes to an address and keeps what the client sent first; or, without an address, answers once and closes."""

    def __init__(self, target, answer=b""):
        self.target, self.answer = target, answer
        self.first_flight = b""
        super().__init__()

    def serve(self, connection):
        if self.target is None:
            connection.recv(65536)
            if self.answer:
                connection.sendall(self.answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            return
        with socket.create_connection(self.target, timeout=30) as other:
            thread = threading.Thread(target=self._copy, args=(other, connection), daemon=True)
            thread.start()
            self._copy(connection, other, record=True)
            thread.join()

    def _copy(self, source, to, record=False):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if record:
                    self.first_flight += data
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def tls_exchange(address, name):
    """A TLS client of OpenSSL's that asks for a page. What it sent and received on the wire, its version, the page."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    sent, received, page = bytearray(), bytearray(), b""
    with socket.create_connection(address, timeout=10) as connection:

        def step(function, *args):
            while True:
                try:
                    result, done = function(*args), True
                except ssl.SSLWantReadError:
                    result, done = None, False
                data = outgoing.read()
                sent.extend(data)
                connection.sendall(data)
                if done:
                    return result
                data = connection.recv(65536)
                if not data:
                    raise ssl.SSLError("the connection was closed")
                received.extend(data)
                incoming.write(data)

        step(tls.do_handshake)
        version = tls.version()
        step(tls.write, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name.encode())
        while len(page) < len(Site.PAGE):
            page += step(tls.read, 65536)
    return bytes(sent), bytes(received), version, page
