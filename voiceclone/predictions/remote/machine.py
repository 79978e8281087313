"""What is done for a remote job in each of its states. A step is short: who has to wait lets the row go."""

from __future__ import annotations

import io
import logging
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import soundfile
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from voiceclone.engines import registry
from voiceclone.engines.base import EngineError
from voiceclone.engines.hosted import (
    HostedEngine,
    Meaning,
    NotTaken,
    Phase,
    Refused,
    Report,
    Run,
    Unavailable,
    Unclear,
    UnknownTask,
)
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import access, arriving, breaker, ending, healing, opening
from voiceclone.predictions.remote.states import State, move
from voiceclone.said import Said, sentence_of
from voiceclone.work.leases import UNFINISHED, Interrupted, Status, heartbeat

log = logging.getLogger("remote")
Purpose = RemoteJob.Purpose
LONGEST_PAUSE = 60.0  # seconds between tries
MAX_FAILURES = 6  # mistakes of ours in a row, before anything was sent
PREVIEWS = 8  # tries of a preview that the vendor refuses; each costs nothing
SAMPLE_LASTS = timedelta(days=6)  # the vendor keeps uploads for seven
NOT_KNOWN_FOR = timedelta(minutes=2)  # that a task may be unknown right after it was accepted


def carry(pk: UUID) -> None:
    """One step of one job, if it is there to be taken."""
    if not RemoteJob.objects.claim(pk):
        return
    job = RemoteJob.objects.select_related("prediction__voice__sample", "prediction__sample", "prediction__owner").get(
        pk=pk
    )
    with heartbeat(RemoteJob.objects.held(job)):
        try:
            Step(job).go()
        except Interrupted:
            log.info("let go remote job=%s", job.pk)
        except Exception:
            log.exception("unexpected failure remote job=%s state=%s", job.pk, job.state)
            _try_later(job)


def _try_later(job: RemoteJob) -> None:
    try:
        if job.state == State.QUEUED and job.failures + 1 >= MAX_FAILURES and job.prediction:
            ending.fail(job, job.prediction, Said(ending.OURS, id=job.pk), 5000, is_charged=False)
        else:  # what was paid for is tried until the time is up
            move(job, job.state, pause=backoff(job.failures + 2), failures=job.failures + 1)
    except Exception:  # its lease runs out, and somebody takes it up again
        log.exception("remote job=%s could not be put off", job.pk)


def backoff(failures: int) -> float:
    """Seconds: full jitter under a limit that doubles, beginning with half the time between two looks."""
    return max(0.2, random.uniform(0, min(LONGEST_PAUSE, settings.HOSTED_POLL / 2 * 2.0**failures)))


class Step:
    """A claimed job and what it needs. `go` moves it on until it has to wait, or is over."""

    def __init__(self, job: RemoteJob) -> None:
        self.job = job
        self.engine: HostedEngine = registry.hosted(job.engine)

    def go(self) -> None:
        job, prediction = self.job, self.job.prediction
        if prediction is None or prediction.status not in UNFINISHED:
            ending.cancel(job)
            return
        self.prediction: Prediction = prediction
        if job.state == State.SUBMITTING:  # whoever sent it has died since
            move(job, State.UNKNOWN, unknown_since=job.submitted_at)
        if now() - job.created_at > timedelta(minutes=settings.HOSTED_LONGEST_MINUTES):
            ending.give_up(job, prediction)
            return
        if not breaker.allows(job.engine):
            lifecycle.show_stage(prediction, "resting")
            move(job, job.state, pause=settings.HOSTED_REST * random.uniform(0.3, 1))
            return
        steps = {
            State.QUEUED: self._submit,
            State.UNKNOWN: self._find_out,
            State.WAITING: self._look,
            State.FETCHING: self._fetch,
        }
        try:
            while job.status == Status.PROCESSING:
                steps[State(job.state)]()
        except Refused as error:
            breaker.succeeded(job.engine)  # it works, and said no
            self._refused(error)
        except EngineError as error:
            ending.fail(job, prediction, sentence_of(error), error.code, is_charged=job.state != State.QUEUED)
        except Unavailable as error:
            if error.is_failure:
                breaker.failed(job.engine)
            pause = max(backoff(job.failures), error.pause or 0)
            log.info("remote job=%s state=%s not answered (%s)", job.pk, job.state, error)
            self._wait_if_there_is_time(pause)

    # --- queued -------------------------------------------------------------------------------------------------------
    def _submit(self) -> None:
        """Write down what will be sent, then send it once."""
        job, vendor = self.job, access.account(self.job)
        webhook = access.webhook(job)
        if webhook:
            access.learn_secret(job, vendor)
        if job.purpose == Purpose.CLONE:
            self._send_sample()
            job.voice_name = job.voice_name or self.engine.new_voice_id()
        elif job.purpose == Purpose.SPEECH:
            job.voice_name = self._profile()["voice_id"]
        lifecycle.show_stage(self.prediction, "sending")
        run = self._run()
        names: dict[str, Any] = {"voice_name": job.voice_name, "sample_url": job.sample_url}
        sent = job.submissions + 1
        move(job, State.SUBMITTING, submissions=sent, submitted_at=now(), price=run.price, **names)
        try:
            report = vendor.submit(run, webhook)
        except NotTaken as error:
            if error.is_failure:
                breaker.failed(job.engine)
            pause = max(backoff(job.failures), error.pause or 0)
            log.info("remote job=%s not taken (%s)", job.pk, error)
            move(job, State.QUEUED, pause=pause, failures=job.failures + 1)
            return
        except Unclear as error:
            breaker.failed(job.engine)
            log.warning("remote job=%s unclear (%s)", job.pk, error)
            move(job, State.UNKNOWN, pause=self._unclear_pause(), unknown_since=now(), failures=0)
            return
        self._accepted(report)

    def _accepted(self, report: Report) -> None:
        """Its ID is stored before anything else can happen."""
        breaker.succeeded(self.job.engine)
        try:
            with transaction.atomic():
                pause = 0 if report.phase != Phase.RUNNING else settings.HOSTED_POLL
                move(self.job, State.WAITING, pause=pause, remote_id=report.id, failures=0, looks=0)
        except IntegrityError as error:  # the vendor gave the same ID for two of our requests
            sentence = Said("{vendor} answered with a task that is another one's.", vendor=self.engine.vendor)
            raise Refused(sentence, 1405) from error
        lifecycle.show_stage(self.prediction, "away")

    def _send_sample(self) -> None:
        """Give the sample to the vendor, as WAV. It is not done again where the request is."""
        job, sample = self.job, self.prediction.sample or (self.prediction.voice and self.prediction.voice.sample)
        if job.sample_url and job.submitted_at and now() - job.submitted_at < SAMPLE_LASTS:
            return
        if not sample:
            raise EngineError("The sample was deleted before the voice could be made. Choose a sample and try again.")
        waveform, rate = soundfile.read(sample.file.path, dtype="int16")
        wav = io.BytesIO()
        soundfile.write(wav, waveform, rate, format="WAV", subtype="PCM_16")
        job.sample_url = access.account(job).upload(wav.getvalue(), "sample.wav", "audio/wav")

    def _profile(self) -> dict[str, str]:
        voice = self.prediction.voice
        if voice is None or not voice.is_ready or not voice.profile:
            raise EngineError("This voice is not there any more, so nothing could be spoken with it.")
        return opening.read_profile(voice)

    def _run(self) -> Run:
        """The very same each time."""
        job, inputs = self.job, self.prediction.input
        if job.purpose == Purpose.CLONE:
            return self.engine.clone(job.sample_url, job.voice_name, inputs)
        if job.purpose == Purpose.PREVIEW:
            return self.engine.preview(job.voice_name, inputs)
        return self.engine.speech(self.prediction.model, job.voice_name, inputs)

    # --- unknown ------------------------------------------------------------------------------------------------------
    def _find_out(self) -> None:
        job, since = self.job, self.job.unknown_since or self.job.created_at
        lifecycle.show_stage(self.prediction, "unclear")
        is_time = now() - since >= timedelta(seconds=settings.HOSTED_WEBHOOK_WAIT)
        sends_again = job.purpose == Purpose.CLONE and is_time
        try:
            found = healing.find(job, self._run(), access.account(job))
            breaker.succeeded(job.engine)
        except Unavailable:
            if not sends_again:
                raise
            found = None  # the list is a short cut: for a clone the vendor's own rule is proof enough
        if found:
            log.info("remote job=%s found again task=%s", job.pk, found.id)
            self._accepted(found)
        elif sends_again:
            self._send_the_clone_again()
        else:
            self._wait_if_there_is_time(self._unclear_pause())

    def _found(self) -> Report | None:
        """The vendor's task, where it can be told at once."""
        try:
            return healing.find(self.job, self._run(), access.account(self.job))
        except (Unavailable, Refused):
            return None

    def _send_the_clone_again(self) -> None:
        """The same voice ID: where the first one was taken the vendor says so, and nothing is done twice."""
        job = self.job
        log.warning("remote job=%s is sent again with its voice ID", job.pk)
        move(job, State.SUBMITTING, submissions=job.submissions + 1, submitted_at=now())
        try:
            report = access.account(job).submit(self._run(), access.webhook(job))
        except (NotTaken, Unclear) as error:
            breaker.failed(job.engine)
            pause = getattr(error, "pause", None) or self._unclear_pause()
            move(job, State.UNKNOWN, pause=pause, unknown_since=now())
        else:
            self._accepted(report)

    def _unclear_pause(self) -> float:
        return min(settings.HOSTED_WEBHOOK_WAIT / 3, 10) * random.uniform(0.5, 1)

    # --- waiting, fetching --------------------------------------------------------------------------------------------
    def _look(self) -> None:
        job = self.job
        lifecycle.show_stage(self.prediction, "away")
        try:
            report = access.account(job).report(job.remote_id)
        except UnknownTask:
            if job.submitted_at and now() - job.submitted_at > NOT_KNOWN_FOR:
                sentence = Said(
                    "{vendor} does not know its task {id} any more.", vendor=self.engine.vendor, id=job.remote_id
                )
                raise Refused(sentence, 1405) from None
            self._wait_if_there_is_time(backoff(3))
            return
        breaker.succeeded(job.engine)
        if report.phase == Phase.RUNNING:
            pause = min(settings.HOSTED_POLL * (1 + job.looks / 4), max(15.0, settings.HOSTED_POLL))
            move(job, State.WAITING, pause=pause * random.uniform(0.8, 1), looks=job.looks + 1, failures=0)
        elif report.phase == Phase.FAILED or not report.outputs:
            raise self.engine.refusal(report)
        else:
            move(job, State.FETCHING, output=report.outputs[0])

    def _fetch(self) -> None:
        job = self.job
        lifecycle.show_stage(self.prediction, "fetching")
        try:
            arriving.arrive(job, self.prediction)
        except arriving.NotThere as error:  # another look may give another address; it was paid for
            log.warning("remote job=%s its result cannot be had now (%s)", job.pk, error)
            move(job, State.WAITING, pause=backoff(job.failures + 1), failures=job.failures + 1)

    # --- the ends -----------------------------------------------------------------------------------------------------
    def _refused(self, error: Refused) -> None:
        job = self.job
        is_again = job.purpose == Purpose.CLONE and job.submissions > 1
        is_made = is_again and error.meaning == Meaning.DUPLICATE
        if is_made or (is_again and not job.remote_id):
            log.info("remote job=%s was refused when it was sent again (%s)", job.pk, error.code)
            if found := self._found():
                self._accepted(found)
                return
        if is_made:  # the first one was taken: it is ours
            price = self.engine.preview(job.voice_name, self.prediction.input).price
            changes = {"purpose": Purpose.PREVIEW, "settled": job.price, "price": price, "submissions": 0}
            ending.turn_to_preview(job, **changes)
            return
        if job.purpose == Purpose.PREVIEW and job.submissions < PREVIEWS:  # its voice may still be being made there
            pause = backoff(job.submissions + 2)
            move(job, State.QUEUED, pause=pause, remote_id="", hinted_id="", price=0)
            return
        ending.refused(job, self.prediction, error)

    def _wait_if_there_is_time(self, pause: float) -> None:
        """Where the outcome has been unclear for long enough, say so and end it."""
        job = self.job
        patience = timedelta(minutes=settings.HOSTED_UNCLEAR_MINUTES)
        is_unclear = job.state == State.UNKNOWN and job.purpose != Purpose.CLONE
        if is_unclear and job.unknown_since and now() - job.unknown_since >= patience:
            ending.stay_unclear(job, self.prediction)
            return
        move(job, job.state, pause=pause, failures=job.failures + 1)
