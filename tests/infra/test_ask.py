"""What `serra ask` says where nothing answers that it could ask."""

import pytest

from infra.ask import Asker, AskFailed
from infra.embedded import EmbeddedServers


def test_what_is_no_serra_is_said_to_be_none(servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers something else, here the file store, is named; no proxy is asked for what runs here."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with pytest.raises(AskFailed, match=rf"{servers.s3.endpoint} is no Serra \(HTTP \d+\)"):
        Asker(servers.s3.endpoint, None).ask("{ __typename }", {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "127.0.0.1:1", "http://[1", "http://127.0.0.1:port"])
def test_where_nothing_answers_it_is_said(url: str) -> None:
    """Nobody at an address, and what is no address."""
    with pytest.raises(AskFailed, match="does not answer"):
        Asker(url, None).ask("{ __typename }", {})
