"""An answer that is a speech while it is made. Few may listen at once; a task whose listener goes away is cancelled."""

from __future__ import annotations

import errno
import logging
import select
import socket
from collections.abc import Callable, Iterator

from django.http import HttpRequest, StreamingHttpResponse

from voiceclone.api import waiting
from voiceclone.api.errors import Refused
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.streaming import CameToNothing, NobodyListens, Sound, sentences_of

log = logging.getLogger("api")
PAUSE = 2  # seconds that whoever found no seat is asked to wait
STATUSES = {5000: 500, 5004: 504}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx passes each sentence on at once
    "X-AI-Generated": "true",  # bare PCM has no room for tags
}
Packing = Callable[[Prediction, Iterator[Sound]], Iterator[bytes]]


class Listener:
    """Hears a speech from its first sentence on, as bytes. Holds a seat until it is closed; its end closes it, too."""

    def __init__(self, request: HttpRequest, submit: Callable[[], Prediction], pack: Packing) -> None:
        """Waits for the first sentence.

        Raises Refused where no seat is free, `submit` does, or the task comes to nothing before there is a sound.
        """
        if not waiting.seats.acquire(blocking=False):
            raise Refused(
                429,
                f"{waiting.SEATS} requests wait for their sound already, as many as may. Send this one again soon.",
                retry_after=PAUSE,
            )
        self._is_open = True
        self.prediction: Prediction | None = None
        try:
            self.prediction = submit()
            speech = sentences_of(self.prediction, presence(request))
            first = next(speech, None)
        except CameToNothing as error:
            self.close()
            raise Refused(STATUSES.get(error.code, 422), str(error)) from error
        except BaseException:
            self.close()
            raise
        self._bytes = pack(self.prediction, _with(first, speech))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._bytes)
        except NobodyListens:
            self.close()
            raise StopIteration from None
        except CameToNothing as error:  # a connection that breaks off is the only way left to say so
            self.close()
            log.info("broke off prediction=%s code=%s", self.prediction, error.code)
            raise ConnectionResetError(errno.ECONNRESET, "the speech came to nothing") from error
        except BaseException:  # its end is one of them
            self.close()
            raise

    def close(self) -> None:
        """Of a speech that is not done yet nobody will hear the rest."""
        if self._is_open:
            self._is_open = False
            waiting.seats.release()
            if self.prediction:
                lifecycle.cancel(self.prediction)


def _with(first: Sound | None, rest: Iterator[Sound]) -> Iterator[Sound]:
    if first is not None:
        yield first
    yield from rest


def presence(request: HttpRequest) -> Callable[[], bool]:
    """Whether the client is still there, as far as the web server lets us see: a closed connection reads as empty."""
    connection: socket.socket | None = request.META.get("gunicorn.socket")
    if connection is None:
        return lambda: True

    def is_there() -> bool:
        watch = select.poll()
        try:
            watch.register(connection, select.POLLIN)
            return not watch.poll(0) or connection.recv(1, socket.MSG_PEEK) != b""
        except (OSError, ValueError):  # closed on our side
            return False

    return is_there


def answer(listener: Listener, content_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(listener, content_type=content_type, headers=HEADERS)
