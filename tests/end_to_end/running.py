"""A whole Serra as `make run` starts it, in a process of its own."""

import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.client import input_type
from tests.commands import ROOT, environment, serra_command

_LONGEST_START = 90


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Running:
    """A running Serra; `said` is what it printed so far."""

    folder: Path
    port: int
    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)
    _listener: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, who: str) -> str:
        """The token of a demo person."""
        token: str = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))["tokens"][who]
        return token

    def send(self, who: str | None, query: str, /, languages: str = "", **variables: Any) -> httpx.Response:
        """The response to a question of a demo person, or of nobody."""
        headers = {"Authorization": f"Bearer {self.token(who)}"} if who else {}
        if languages:
            headers["Accept-Language"] = languages
        body = {"query": query, "variables": variables}
        return httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=30)

    def ask(self, who: str | None, query: str, /, languages: str = "", **variables: Any) -> dict[str, Any]:
        """The data; fails the test when there are errors."""
        answer = self.send(who, query, languages, **variables).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def change(self, who: str, mutation: str, given: dict[str, Any], selection: str) -> dict[str, Any]:
        """Run one mutation that has one `input`; its payload with `userErrors`."""
        query = (
            f"mutation($input: {input_type(mutation)}!) {{ {mutation}(input: $input)"
            f" {{ {selection} userErrors {{ field code message }} }} }}"
        )
        payload: dict[str, Any] = self.ask(who, query, input=given)[mutation]
        return payload

    def do(self, who: str, mutation: str, given: dict[str, Any], selection: str) -> dict[str, Any]:
        """As `change`, for what must not be refused."""
        payload = self.change(who, mutation, given, selection)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    def eventually(self, who: str | None, query: str, /, until: Any, **variables: Any) -> dict[str, Any]:
        """Ask again until the answer is as `until` wants it: follow-ups run beside the writes. At most 15 seconds."""
        deadline = time.monotonic() + 15
        while True:
            data = self.ask(who, query, **variables)
            if until(data):
                return data
            assert time.monotonic() < deadline, data
            time.sleep(0.1)

    def command(self, *arguments: str, says: str = "") -> "subprocess.CompletedProcess[str]":
        """What `serra …` does beside it, where nothing is set but its folder."""
        return serra_command(*arguments, says=says, SERRA_DATA=str(self.folder))

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.process.kill()
        self._end()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.terminate()
        self._end()

    def wait_for(self, words: str) -> None:
        """Wait until it has printed a line with these words; fails the test where it ends before, or takes too long."""

        def is_said() -> bool:
            return any(words in line for line in self.said)

        with self._heard:
            self._heard.wait_for(lambda: is_said() or self.process.poll() is not None, _LONGEST_START)
        if not is_said():
            self.process.kill()
            raise AssertionError(f"Serra did not say «{words}»:\n{''.join(self.said)}")

    def _listen(self) -> None:
        if self.process.stdout:
            with self.process.stdout as output:
                for line in output:
                    with self._heard:
                        self.said.append(line)
                        self._heard.notify_all()
        self.process.wait()
        with self._heard:
            self._heard.notify_all()

    def _end(self) -> None:
        self.process.wait(timeout=30)
        self._listener.join()


def begin(folder: Path, port: int | None = None) -> Running:
    """Begin `serra run` on a data folder."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.cli", "run"],
        cwd=ROOT,
        env=environment(SERRA_DATA=str(folder), SERRA_PORT=str(port), PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Running(folder, port, process)


def start(folder: Path, port: int | None = None) -> Running:
    """Start `serra run` on a data folder and wait until it is ready."""
    running = begin(folder, port)
    running.wait_for("Try this first")
    return running
