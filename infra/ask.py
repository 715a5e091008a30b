"""A small client of the service, for the command line: ask as somebody, upload a file."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx

from infra.loopback import is_loopback

_UNANSWERED = (httpx.HTTPError, httpx.InvalidURL)
_UPLOAD = """
mutation($input: StartUploadInput!) {
  startUpload(input: $input) {
    artefact { id }
    upload { method url headers { name value } }
    userErrors { field code message }
  }
}
"""
_FINISH = """
mutation($input: FinishUploadInput!) {
  finishUpload(input: $input) {
    artefact { id title { text } currentVersion { fileName size sha256 state } }
    userErrors { field code message }
  }
}
"""


class AskFailed(Exception):
    """The service could not be asked; the message says why and what to do."""


class Asker:
    """Speaks to the service whose address and tokens stand in a demo.json, or to any with a token of one's own."""

    def __init__(self, url: str, token: str | None, languages: str | None = None) -> None:
        self._url = url
        self._headers = {"Accept": "application/graphql-response+json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if languages:
            self._headers["Accept-Language"] = languages

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The whole answer, errors included. Raises AskFailed when the service does not answer."""
        body = {"query": query, "variables": variables}
        try:
            response = _sent("POST", f"{self._url}/graphql", json=body, headers=self._headers, timeout=30)
        except _UNANSWERED as error:
            raise AskFailed(f"{self._url} does not answer ({error}). Is it running? Start it with: make run") from None
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise AskFailed(
                f"What answers at {self._url} is no Serra (HTTP {response.status_code}). Check the address."
            )
        return answer

    def upload(self, path: Path, given: dict[str, Any]) -> dict[str, Any]:
        """Announce a file, send it to the signed link, have it verified; gives the answer of the last step."""
        content = path.read_bytes()
        announced = {
            **given,
            "fileName": path.name,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        started = self.ask(_UPLOAD, {"input": announced})
        payload = (started.get("data") or {}).get("startUpload") or {}
        link = payload.get("upload")
        if not link:
            return started
        headers = {header["name"]: header["value"] for header in link["headers"]}
        try:
            sent = _sent(link["method"], link["url"], content=content, headers=headers, timeout=300)
        except _UNANSWERED as error:
            raise AskFailed(f"The file store does not answer ({error}). Start the upload anew in a while.") from None
        if sent.is_error:
            raise AskFailed(f"The file store refused the file with status {sent.status_code}. Start the upload anew.")
        return self.ask(_FINISH, {"input": {"artefact": payload["artefact"]["id"]}})


def _sent(method: str, url: str, **what: Any) -> httpx.Response:
    return httpx.request(method, url, trust_env=not is_loopback(httpx.URL(url).host), **what)


def asker(data_folder: Path, who: str | None, token: str | None, url: str | None, languages: str | None) -> Asker:
    """An Asker for a demo person, for a token, or for nobody. Raises AskFailed for an unknown person."""
    if who:
        tokens = _demo(data_folder).get("tokens", {})
        if not tokens:
            raise AskFailed(f"There is no demo in {data_folder}. Start it with make run, and ask from that folder.")
        if who not in tokens:
            raise AskFailed(f"The demo knows no «{who}», but {', '.join(tokens)}.")
        token = tokens[who]
    return Asker(url or service_url(data_folder), token, languages)


def service_url(data_folder: Path) -> str:
    """Where the service of a data folder was started last."""
    url: str = _demo(data_folder).get("url", "http://127.0.0.1:8000")
    return url


def _demo(data_folder: Path) -> dict[str, Any]:
    kept = data_folder / "demo.json"
    demo: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    return demo
