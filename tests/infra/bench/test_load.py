import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.bench.load import WrongAnswer, answers, run

BODY = b'{"data":{"answer":"' + b"x" * 200_000 + b'"}}'


class Handler(BaseHTTPRequestHandler):
    """Answers with BODY, in several pieces; with an error to whoever asks for one; with a closed door at /away."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/away":
            self.close_connection = True
            return
        body = b'{"errors":[{"message":"no"}],"data":null}' if self.path == "/error" else BODY
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Where an HTTP server listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def asked(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


def test_a_run_counts_whole_answers(port: int) -> None:
    """Each answer is awaited to its last byte, on connections that stay open, and timed."""
    seen = run(port, [asked("/")], 0.3, connections=2)

    assert len(seen.latencies) > 2
    assert seen.bytes == len(BODY) * len(seen.latencies)
    assert 0 < seen.percentile(0.5) <= seen.percentile(0.99) < seen.seconds
    assert seen.rate == pytest.approx(len(seen.latencies) / seen.seconds)


@pytest.mark.parametrize("path", ["/error", "/away"])
def test_a_wrong_answer_ends_the_run(port: int, path: str) -> None:
    """A contender is not praised for how quickly it fails."""
    with pytest.raises(WrongAnswer):
        run(port, [asked("/"), asked(path)], 5.0, connections=1)


def test_answers_are_given_in_order(port: int) -> None:
    """The bodies of a few requests can be looked at."""
    assert answers(port, [asked("/"), asked("/")]) == [BODY, BODY]
