"""The search engine of larger installations: Meilisearch."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar
from uuid import UUID

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError
from meilisearch.models.task import TaskInfo
from requests import RequestException

from infra.search.meilisearch import answers, requests
from infra.search.words import parse
from services.search.ports import SearchAnswer, SearchDocument, SearchEngineUnavailable, SearchQuestion

T = TypeVar("T")

_SEARCH_SECONDS: Final = 2
_WRITE_SECONDS: Final = 10
_TASK_SECONDS: Final = 60
_SETTINGS_SECONDS: Final = 600  # new settings make Meilisearch index everything anew
_BATCH: Final = 100
_THREADS: Final = 8
_WORDS_WITHOUT_SOUNDING: Final = 3  # of three words, every two are neighbours in some turn


class MeilisearchSearch:
    """Search in one index of a Meilisearch server, from version 1.13 on.

    The client is a blocking one that changes its own headers, so each thread of a small pool has its own.
    Whatever goes wrong is SearchEngineUnavailable, with what happened but never with the key.
    """

    def __init__(self, url: str, key: str | None, index: str = "serra") -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._index = index
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="meilisearch")
        self._own = threading.local()

    async def prepare(self) -> None:
        """Create the index where it is missing, and give it its settings; the old ones serve until then."""

        def prepare(client: Client) -> None:
            created = client.create_index(self._index, {"primaryKey": "id"})
            _finish(client, created, _TASK_SECONDS, may_fail_with="index_already_exists")
            _finish(client, client.index(self._index).update_settings(requests.settings()), _SETTINGS_SECONDS)

        await self._call(_WRITE_SECONDS, prepare)

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        """Index the documents; Meilisearch replaces those it has by their key."""

        def put(client: Client) -> None:
            for start in range(0, len(documents), _BATCH):
                batch = [requests.document(document) for document in documents[start : start + _BATCH]]
                _finish(client, client.index(self._index).add_documents(batch, "id"), _TASK_SECONDS)

        await self._call(_WRITE_SECONDS, put)

    async def remove(self, things: Sequence[tuple[str, UUID]]) -> None:
        """Forget the things."""

        def remove(client: Client) -> None:
            for start in range(0, len(things), _BATCH):
                keys = (requests.key(type, id) for type, id in things[start : start + _BATCH])
                gone = requests.one_of("id", keys)
                task = client.index(self._index).delete_documents(filter=gone)
                _finish(client, task, _TASK_SECONDS, may_fail_with="index_not_found")

        await self._call(_WRITE_SECONDS, remove)

    async def ask(self, question: SearchQuestion) -> SearchAnswer:
        """Answer from what the keyring may read: each search carries the audience rule as its first filter."""
        asked = parse(question.text, question.languages)
        words = requests.loose(asked)
        if len(words) > _WORDS_WITHOUT_SOUNDING:
            # A word that nothing has would stand between two that something has.
            sounded = await self._search(requests.soundings(self._index, question, asked))
            found = [result["estimatedTotalHits"] > 0 for result in sounded["results"]]
            words = [word for word, is_found in zip(words, found, strict=True) if is_found] or words
        filtered = [facet for facet, values in question.filters.items() if values]
        page, *narrowed = await asyncio.gather(
            self._search(
                requests.searches(self._index, question, asked, words),
                requests.federation(self._index, question),
            ),
            *(
                self._search(
                    requests.searches(self._index, question, asked, words, without=facet),
                    requests.facet_federation(self._index, facet),
                )
                for facet in filtered
            ),
        )
        return answers.answer(self._index, question, page, dict(zip(filtered, narrowed, strict=True)))

    async def healthy(self) -> bool:
        """Whether the server answers and says that it is well."""
        try:
            health = await self._call(_SEARCH_SECONDS, lambda client: client.health())
        except SearchEngineUnavailable:
            return False
        return health.get("status") == "available"

    async def aclose(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _search(
        self, queries: list[requests.Request], federation: requests.Request | None = None
    ) -> dict[str, Any]:
        return await self._call(_SEARCH_SECONDS, lambda client: client.multi_search(queries, federation))

    async def _call(self, seconds: int, action: Callable[[Client], T]) -> T:
        """Run the action in a thread, with that thread's client for requests that may take so many seconds."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._guarded, seconds, action)

    def _guarded(self, seconds: int, action: Callable[[Client], T]) -> T:
        try:
            return action(self._client(seconds))
        except MeilisearchApiError as error:
            refusal = f"Meilisearch refused: HTTP {error.status_code}, {error.code or 'no code'}."
        except (MeilisearchError, RequestException, ValueError) as error:
            refusal = f"Meilisearch does not answer: {type(error).__name__}."
        # Outside the handler: the client's own error may quote the request, and with it the key.
        raise SearchEngineUnavailable(refusal)

    def _client(self, seconds: int) -> Client:
        if not hasattr(self._own, "clients"):
            self._own.clients = {
                limit: Client(self._url, self._key, timeout=limit) for limit in (_SEARCH_SECONDS, _WRITE_SECONDS)
            }
        clients: dict[int, Client] = self._own.clients
        return clients[seconds]


def _finish(client: Client, task: TaskInfo, seconds: int, *, may_fail_with: str | None = None) -> None:
    """Wait until the server has done the task, so that what was put is found and what was removed is not."""
    done = client.wait_for_task(task.task_uid, timeout_in_ms=seconds * 1_000, interval_in_ms=20)
    if done.status == "succeeded":
        return
    code = (done.error or {}).get("code", "no code")
    if code != may_fail_with:
        raise SearchEngineUnavailable(f"Meilisearch did not do a task: {done.type} {done.status}, {code}.")
