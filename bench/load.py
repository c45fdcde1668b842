"""Many clients at once, in one thread: calls at a steady rate, and calls without a pause."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles

_LONGEST_HEAD = 65536


@dataclass(frozen=True)
class Told:
    """One answer: when it came (seconds of the monotonic clock), its HTTP status, how long it took (milliseconds).

    The status is 0 where the connection broke.
    """

    at: float
    status: int
    ms: float


@dataclass(frozen=True)
class Target:
    """Where a prepared request goes."""

    port: int
    request: bytes

    @classmethod
    def of(cls, port: int, path: str, body: bytes) -> "Target":
        """A POST of `body`."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        return cls(port, head.encode() + b"\r\n" + body)


class Connection:
    """One client's connection; kept open, and opened anew after it broke."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, since: float) -> Told:
        """One call; its time counts from `since`."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._target.port, limit=_LONGEST_HEAD)
            status = await self._exchange(*self._streams)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            status = 0
        now = time.perf_counter()
        return Told(now, status, 1000 * (now - since))

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        writer.write(self._target.request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
        await reader.readexactly(length)
        return int(head.split(None, 2)[1])

    def close(self) -> None:
        """Close it."""
        if self._streams:
            self._streams[1].close()
        self._streams = None


def at_a_rate(target: Target, per_second: float, seconds: float) -> list[Told]:
    """Calls at fixed moments, whether or not earlier ones were answered: what waits for a slow answer counts too."""

    async def run() -> list[Told]:
        free: list[Connection] = []
        begun = time.perf_counter()

        async def call(due: float) -> Told:
            connection = free.pop() if free else Connection(target)
            told = await connection.ask(due)
            free.append(connection)
            return told

        calls = []
        for number in range(int(per_second * seconds)):
            due = begun + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            calls.append(asyncio.create_task(call(due)))
        told = await asyncio.gather(*calls)
        for connection in free:
            connection.close()
        return list(told)

    return asyncio.run(run())


def without_pause(target: Target, clients: int, seconds: float) -> list[Told]:
    """`clients` that each ask again as soon as they are answered."""
    return asyncio.run(_each(target, clients, _until(seconds)))


def one_after_another(target: Target, calls: int) -> list[Told]:
    """One client that asks so often."""
    left = iter(range(calls))
    return asyncio.run(_each(target, 1, lambda: next(left, None) is not None))


def _until(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end


async def _each(target: Target, clients: int, goes_on: Callable[[], bool]) -> list[Told]:
    async def client() -> list[Told]:
        connection, told = Connection(target), []
        while goes_on():
            told.append(await connection.ask(time.perf_counter()))
        connection.close()
        return told

    everyone: list[Awaitable[list[Told]]] = [client() for _ in range(clients)]
    return [told for each in await asyncio.gather(*everyone) for told in each]


def percentile(times: Sequence[float], which: int) -> float:
    """A percentile of several times."""
    return quantiles(times, n=100)[which - 1]
