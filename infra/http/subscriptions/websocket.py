"""graphql-transport-ws: any number of operations over one WebSocket."""

import asyncio
import contextlib
import logging
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import IntEnum
from http import HTTPStatus

import msgspec
from litestar.types import Receive, Send, WebSocketScope

from infra.http.guessing import Guessing
from infra.http.refusal import Refused
from infra.http.request import TOO_DEEP, RequestBody, has_nul
from infra.http.subscriptions import messages
from infra.http.subscriptions.following import GOING_AWAY, STOPPING
from infra.http.subscriptions.limits import Connections, StreamLimits
from infra.http.subscriptions.messages import (
    PROTOCOL,
    Complete,
    ConnectionInit,
    Message,
    Ping,
    Pong,
    Subscribe,
    read_message,
)
from infra.http.subscriptions.operations import Operations, Result, Results

logger = logging.getLogger("serra.http")
_LONGEST_REASON = 123


class Code(IntEnum):
    """Why a WebSocket is closed."""

    GOING_AWAY = 1001
    TOO_SLOW = 1008
    TOO_BIG = 1009
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    ALREADY_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    NO_ANSWER = 4499
    INTERNAL = 4500


class Closed(Exception):
    """The WebSocket is to be closed, with words for a developer."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Left(Exception):
    """The client has closed the WebSocket, or no longer reads."""


_ENDS_ALL = {"UNAUTHENTICATED": Code.FORBIDDEN, GOING_AWAY: Code.GOING_AWAY}
"""Reasons that are not one operation's alone."""
_CREDENTIALS = {b"authorization", b"cookie"}


async def serve_websocket(
    operations: Operations,
    connections: Connections,
    scope: WebSocketScope,
    receive: Receive,
    send: Send,
    *,
    guessing: Guessing,
) -> None:
    """Serve one WebSocket until it is closed."""
    await receive()
    if PROTOCOL not in scope["subprotocols"]:
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        reason = f"Open the WebSocket with the subprotocol {PROTOCOL}."
        await send({"type": "websocket.close", "code": Code.NOT_ACCEPTABLE, "reason": reason})
        return
    await send({"type": "websocket.accept", "subprotocol": PROTOCOL, "headers": []})
    with operations.hub.stream(), ExitStack() as held:
        await _Socket(operations, connections, guessing, scope, dict(scope["headers"]), receive, send, held).serve()


@dataclass(slots=True, eq=False)
class _Socket:
    """One WebSocket: what it said of itself, and the operations that run over it."""

    operations: Operations
    connections: Connections
    guessing: Guessing
    scope: WebSocketScope
    headers: dict[bytes, bytes]
    receive: Receive
    send: Send
    held: ExitStack
    initialised: bool = False
    unanswered: int = 0
    running: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    ending: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def limits(self) -> StreamLimits:
        """How much the client may use."""
        return self.connections.limits

    async def serve(self) -> None:
        """Read and answer until somebody closes."""
        reading = asyncio.ensure_future(self._read())
        beside = [reading, asyncio.ensure_future(self._stay_alive()), self.ending]
        try:
            done, _ = await asyncio.wait(beside, return_when=asyncio.FIRST_COMPLETED)
            await next(iter(done))
        except Closed as closed:
            await self._close(closed, reading)
        except Left:
            pass
        except Exception:
            error_id = secrets.token_hex(6)
            logger.exception("error %s", error_id)
            fault = Closed(Code.INTERNAL, f"Something went wrong on our side. Tell us the id {error_id}.")
            await self._close(fault, reading)
        finally:
            started = [*beside, *self.tasks]
            for task in started:
                task.cancel()
            await asyncio.gather(*started, return_exceptions=True)

    # -- what comes in ---------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self.limits.greeting) as patience:
                while True:
                    await self._take(await self._message())
                    if self.initialised:
                        patience.reschedule(None)
        except TimeoutError:
            raise Closed(Code.INITIALISATION_TIMEOUT, "Connection initialisation timeout") from None

    async def _message(self) -> Message:
        event = await self.receive()
        if event["type"] != "websocket.receive":
            raise Left
        said = event.get("text")
        if not said:
            raise Closed(Code.BAD_REQUEST, "Send messages as text.")
        if len(said) > self.operations.endpoint.largest_body:
            most = self.operations.endpoint.largest_body
            raise Closed(Code.TOO_BIG, f"A message has at most {most} characters.")
        try:
            message: Message = read_message(said)
        except RecursionError:
            raise Closed(Code.BAD_REQUEST, f"Invalid message: it {TOO_DEEP}") from None
        except (msgspec.DecodeError, UnicodeError) as error:
            raise Closed(Code.BAD_REQUEST, f"Invalid message: {error}") from None
        return message

    async def _take(self, message: Message) -> None:
        self.unanswered = 0
        match message:
            case ConnectionInit():
                await self._initialise(message)
            case Ping():
                await self._say(messages.pong(message))
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message)
            case Complete():
                if (task := self.running.pop(message.id, None)) is not None:
                    task.cancel()

    async def _initialise(self, message: ConnectionInit) -> None:
        if self.initialised:
            raise Closed(Code.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        for name, value in (message.payload or {}).items():
            if name.lower() == "authorization":
                if not isinstance(value, str):
                    told = "Forbidden: `Authorization` is a text, «Bearer …». Leave it out to ask as nobody."
                    raise Closed(Code.FORBIDDEN, told)
                self.headers[b"authorization"] = value.encode("utf-8", "replace")
        await self._admit()
        await self._say(messages.ACKNOWLEDGED)
        self.initialised = True

    async def _admit(self) -> None:
        """Hear who asks. A WebSocket says it once: whoever guesses needs another one for each guess."""
        try:
            self.guessing.check(self.headers)
        except Refused as refused:
            raise Closed(Code.TRY_AGAIN_LATER, str(refused)) from None
        try:
            viewer = await self.operations.endpoint.viewer(self.headers)
            self.held.enter_context(self.connections.one_more(viewer))
        except Refused as refused:
            if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise Closed(Code.TRY_AGAIN_LATER, str(refused)) from None
            if refused.status == HTTPStatus.UNAUTHORIZED:
                self.guessing.note_wrong(self.headers)
            raise Closed(Code.FORBIDDEN, f"Forbidden: {refused}") from None

    async def _subscribe(self, message: Subscribe) -> None:
        if not self.initialised:
            raise Closed(Code.UNAUTHORIZED, "Unauthorized: send connection_init first.")
        if not message.id:
            raise Closed(Code.BAD_REQUEST, "Invalid message: an operation's id has at least one character.")
        if message.id in self.running:
            raise Closed(Code.ALREADY_EXISTS, f"Subscriber for {message.id} already exists")
        if len(self.running) >= self.limits.operations:
            told = f"At most {self.limits.operations} operations run at once on one WebSocket. Complete one first."
            errors = [{"message": told, "extensions": {"code": "TOO_MANY_OPERATIONS"}}]
            await self._say(messages.failed(message.id, errors))
            return
        task = asyncio.ensure_future(self._run(message.id, message.payload))
        self.running[message.id] = task
        self.tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self.ending.done():
            self.ending.set_exception(error)

    # -- what goes out ---------------------------------------------------------------------------------------------

    async def _begun(self, body: RequestBody) -> Results:
        if has_nul(body.variables):
            raise Refused(400, "BAD_REQUEST", "A text must not contain the character NUL.")
        return await self.operations.begin(self.scope, self.headers, body)

    async def _run(self, operation: str, body: RequestBody) -> None:
        try:
            results = await self._begun(body)
        except Refused as refused:
            await self._fail(operation, [{"message": str(refused), "extensions": {"code": refused.code}}])
            self._end_all(refused.code, str(refused))
            return
        except Exception:
            error_id = secrets.token_hex(6)
            logger.exception("error %s", error_id)
            message = f"Something went wrong on our side. Tell us the id {error_id}."
            await self._fail(operation, [{"message": message, "extensions": {"code": "INTERNAL", "id": error_id}}])
            return
        try:
            async for result in results:
                if not result.ran:
                    await self._fail(operation, msgspec.json.decode(result.payload)["errors"])
                    return
                if result.ended == GOING_AWAY:
                    # An operation that is not completed is one that clients run again where they connect next.
                    self._end_all(result.ended, _words(result))
                await self._say(messages.next_result(operation, result.payload))
                if result.ended:
                    await self._complete(operation)
                    self._end_all(result.ended, _words(result))
                    return
            await self._complete(operation)
        finally:
            results.close()

    async def _complete(self, operation: str) -> None:
        self.running.pop(operation, None)  # first: who hears that it is over may use its id again
        await self._say(messages.completed(operation))

    async def _fail(self, operation: str, errors: object) -> None:
        self.running.pop(operation, None)
        await self._say(messages.failed(operation, errors))

    def _end_all(self, code: str, words: str) -> None:
        if code == "UNAUTHENTICATED" and not self.headers.keys() & _CREDENTIALS:
            return  # one operation needs somebody who signed in; the others are anyone's
        if code in _ENDS_ALL:
            raise Closed(_ENDS_ALL[code], words)

    async def _say(self, message: str) -> None:
        try:
            async with self.turn, asyncio.timeout(self.limits.sending):
                await self.send({"type": "websocket.send", "text": message, "bytes": None})
        except TimeoutError:
            told = f"A message was not taken within {self.limits.sending:g} seconds."
            raise Closed(Code.TOO_SLOW, told) from None

    async def _stay_alive(self) -> None:
        stopping = self.operations.hub.stopping
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self.limits.silence)
                raise Closed(Code.GOING_AWAY, STOPPING)
            if self.unanswered > 1:
                raise Closed(Code.NO_ANSWER, "No answer to two pings.")
            self.unanswered += 1
            await self._say(messages.PING)

    async def _close(self, closed: Closed, reading: "asyncio.Future[None]") -> None:
        # With a read under way granian breaks the connection off instead of sending the close.
        reading.cancel()
        await asyncio.wait((reading,))
        reason = str(closed).encode()[:_LONGEST_REASON].decode(errors="ignore")
        with contextlib.suppress(TimeoutError):
            async with self.turn, asyncio.timeout(self.limits.sending):
                await self.send({"type": "websocket.close", "code": closed.code, "reason": reason})


def _words(result: Result) -> str:
    told: str = msgspec.json.decode(result.payload)["errors"][0]["message"]
    return told
