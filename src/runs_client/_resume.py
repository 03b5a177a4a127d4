"""Decides what to do when the connection of a stream ends, so that nothing is lost in silence. No I/O, no clock.

A stream is whole when an `end` or `error` event came, or when the run is seen finished and rejoining the stream after
that brings nothing new, three times. Until then, its end is only the end of a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import random
from typing import Literal, TypeAlias

from ._actions import Action, AskFailure, AskStatus, Finish, Gap, Rejoin
from ._dialects import (
    FINISHED,
    FROM_THE_START,
    GONE,
    LAST_EVENTS,
    ORDINARY_EVENTS,
    is_live_only,
    number_of,
    run_from_headers,
    status_at_the_end,
    thread_in,
)
from ._errors import (
    APIConnectionError,
    APIStatusError,
    EventDecodeError,
    RunsClientError,
    StreamInterruptedError,
    excerpt,
)
from ._logging import log_gap, status_of
from ._retry import RetryPolicy
from ._sse import MAX_EVENT_SIZE, ServerSentEvent

ResumeMode: TypeAlias = Literal["exact", "best-effort", "off"]
RESUME_MODES: tuple[ResumeMode, ...] = ("exact", "best-effort", "off")

_CONFIRMATIONS = 3
"""Rejoins that must bring nothing new. One is not enough: it may itself have been ended too early."""
_CLOSED_IDS_KEPT = 256
_OBJECT_SIZE = 256  # bytes that an event takes beside its data
_NUMBERS_OF_AN_EVENT = 2  # that Aegra takes for each
_UNUSED_NUMBERS = 8  # places with none missing, after which the numbers are not looked at any more


class Resumption:
    """Follows one stream over all its connections.

    Event ids are not unique: the official server's are milliseconds. Events that share one form a group, and a server
    asked for what comes after an id leaves out its whole group. So the stream is rejoined after the last group that is
    closed, and what was delivered of the open one is dropped when it comes again.

    Args:
        mode: `exact` raises where events may be missing, `best-effort` records a gap and goes on, `off` never rejoins.
        start: The `Last-Event-ID` that brings the stream from its beginning, or None if it was joined for what
            happens next.
        policy: How often to try without progress, and how long to wait.
        thread_id: The thread of the run, if it is known.
        run_id: The run, if it is known.
        expects_live_events: Whether there may be events that the server does not keep.
        joins: Whether the first connection joins a run that may be going on.
        may_vanish: Whether the server deletes the run as soon as it is over.
        may_verify: Whether a second look is allowed: not where a run is cancelled when its stream is left.
        is_kept: Whether the server keeps the events of the run, so that they can be had again.
        jitter: Gives a number from 0 to 1.

    Attributes:
        thread_id: The thread of the run, once it is known.
        run_id: The run, once it is known.
        last_event_id: The id of the last event that was delivered, if it had one.
        status: The run's status, once it is known.
        reconnects: How often the stream was rejoined because its connection had ended too early.
        gaps: Where events may be missing.
    """

    __slots__ = (
        "_closed_id",
        "_closed_ids",
        "_confirmations",
        "_delivered_any",
        "_delivered_since_rejoin",
        "_has_live_events",
        "_has_rejoined",
        "_is_in_doubt",
        "_is_kept",
        "_is_probing",
        "_is_verifying",
        "_jitter",
        "_looks",
        "_looks_of",
        "_may_repeat",
        "_may_vanish",
        "_may_verify",
        "_mode",
        "_open_events",
        "_open_id",
        "_open_size",
        "_policy",
        "_saw_finished",
        "_saw_last_event",
        "_seeks_open_group",
        "_server_delay",
        "_to_drop",
        "_tries",
        "_trust_in_numbers",
        "_vanished_unseen",
        "_was_seen_alive",
        "gaps",
        "last_event_id",
        "reconnects",
        "run_id",
        "status",
        "thread_id",
    )

    def __init__(
        self,
        mode: ResumeMode,
        *,
        start: str | None,
        policy: RetryPolicy,
        thread_id: str | None = None,
        run_id: str | None = None,
        expects_live_events: bool = False,
        joins: bool = False,
        may_vanish: bool = False,
        may_verify: bool = True,
        is_kept: bool = True,
        jitter: Callable[[], float] = random,
    ) -> None:
        self.thread_id = thread_id
        self.run_id = run_id
        self.last_event_id: str | None = None
        self.status: str | None = None
        self.reconnects: int = 0
        self.gaps: list[Gap] = []
        self._mode = mode
        self._policy = policy
        self._jitter = jitter
        self._closed_id = start
        self._open_id: str | None = None
        self._open_events: list[ServerSentEvent] = []  # those delivered of the open group
        self._open_size = 0
        self._looks: set[tuple[str, bytes]] = set()  # names and data, for events that come twice
        self._looks_of: list[ServerSentEvent] | None = None
        self._to_drop: list[ServerSentEvent] = []  # those of them that a rejoin is to send again, the next one last
        self._closed_ids: dict[str, None] = {}  # the latest, in their order
        self._is_in_doubt = False
        self._is_verifying = False
        self._seeks_open_group = False
        self._has_live_events = expects_live_events
        self._delivered_any = False
        self._has_rejoined = False
        self._may_repeat = joins and mode != "off"  # nothing is looked up then
        self._may_vanish = may_vanish
        self._may_verify = may_verify and is_kept
        self._is_kept = is_kept
        self._trust_in_numbers = 0 if mode == "off" else _UNUSED_NUMBERS
        self._was_seen_alive = False  # while the present connection was open
        self._vanished_unseen = False
        self._is_probing = False
        self._confirmations = 0  # rejoins in a row that brought nothing new, after the run was seen finished
        self._delivered_since_rejoin = False
        self._tries = 0  # since the last progress
        self._server_delay = 0.0
        self._saw_last_event = False
        self._saw_finished = False

    def created(self, thread_id: str, run_id: str) -> None:
        """The run was created by a request of its own."""
        self.thread_id = thread_id
        self.run_id = run_id

    def opened(self, headers: Mapping[str, str]) -> None:
        """A connection is open; its headers name the run."""
        thread_id, run_id = run_from_headers(headers)
        self.thread_id = self.thread_id or thread_id
        self.run_id = self.run_id or run_id

    @property
    def needs_witness(self) -> bool:
        """Whether to look the run up now that a connection is open, and report with `seen`.

        A server that deletes a run with its end does not keep its `error` event either. Who is connected gets that; who
        comes later finds no run and no error, whether it failed or not.
        """
        return self._may_vanish and not self._saw_finished and self.status is None

    def seen(self, status: str | None) -> None:
        """The run was looked up while a connection was open.

        Args:
            status: The run's status; None if the run is gone.
        """
        if status is None or status in FINISHED:
            self.status = status
        else:
            self._was_seen_alive = True

    def retry(self, milliseconds: int) -> None:
        """The server sent `retry`: the least time to wait before reconnecting."""
        self._server_delay = min(milliseconds / 1000, self._policy.max_retry_after)

    def received(self, event: ServerSentEvent) -> bool | Rejoin:
        """An event arrived.

        A server that joins a client to a run that goes on may send an event twice: once from its memory, and once more
        as news. An event that looks like one before it, with the same id, is held back until a later one has come;
        then the server's memory tells how many there were.

        Returns:
            True if it is to be delivered, False if it was delivered before, or how to find that out.

        Raises:
            StreamInterruptedError: What was delivered before does not come again, so other events may be missing.
            EventDecodeError: Too many events share an id: they are kept, to be known when they come again.
        """
        if event.data == GONE and event.event == "error" and (self._delivered_any or self._may_vanish):
            return self._received_that_the_run_is_gone()
        if self._trust_in_numbers and event.id is not None and self._skips_a_number(event.id):
            return self._verify()
        # A first connection that started its run has nothing to look out for.
        if self._may_repeat and (verdict := self._judged(event)) is not None:
            return verdict
        event_id = event.id
        if self._saw_finished and self._has_live_events:
            self._has_live_events = False
            self._lose("the connection ended before the run did, and the server does not keep `messages`")
        if event_id is None:
            if self._has_rejoined:
                self._lose("the server keeps no events of this run")
        elif event_id == self._open_id:
            self._keep(event)
        else:
            self._begin_group(event_id, event)
        self.last_event_id = event_id
        self._delivered_any = self._delivered_since_rejoin = True
        self._tries = 0
        if event.event not in ORDINARY_EVENTS:
            self._received_special(event)
        return True

    def _keep(self, event: ServerSentEvent) -> None:
        self._open_events.append(event)
        self._open_size += len(event.data) + _OBJECT_SIZE
        if self._open_size > MAX_EVENT_SIZE:
            raise EventDecodeError(
                f"the events that share the id {event.id!r} are larger than {MAX_EVENT_SIZE} bytes",
                event=event.event,
                event_id=event.id,
                excerpt=excerpt(event.data),
            )

    def _begin_group(self, event_id: str, event: ServerSentEvent) -> None:
        if self._open_id is not None:
            self._closed_id = self._open_id
            self._closed_ids[self._open_id] = None
            if len(self._closed_ids) > _CLOSED_IDS_KEPT:
                del self._closed_ids[next(iter(self._closed_ids))]
        self._open_id = event_id
        self._open_events = [event]
        self._open_size = 0

    def _received_special(self, event: ServerSentEvent) -> None:
        self._has_live_events = self._has_live_events or is_live_only(event)
        if self.thread_id is None and event.event == "messages/metadata":
            self.thread_id = thread_in(event)
        if event.event in LAST_EVENTS:
            self._saw_last_event = True
            self.status = "error" if event.event == "error" else status_at_the_end(event) or self.status

    def _skips_a_number(self, event_id: str) -> bool:
        """Whether an event may be missing before this one, so that the server's memory has to be asked.

        Aegra with Redis sends what it has kept, and only then listens for news: what happens in between is not sent. By
        the time that a later event comes, it has been kept. A number is unused where a server was killed.
        """
        number = number_of(event_id)
        if number is None:
            self._trust_in_numbers = 0
            return False
        last = number_of(self._open_id or self._closed_id)
        if last is None or number <= last + _NUMBERS_OF_AN_EVENT or self._is_probing:
            return False
        if self._is_verifying:
            self._trust_in_numbers -= 1
            return False
        if not self._may_verify:
            self._lose("the server skipped a number, and cannot be asked for the event that may be missing")
        return self._may_verify

    def _received_that_the_run_is_gone(self) -> bool:
        """All events of the run came before this one, its own `error` event as well."""
        if not self._saw_last_event:
            self._check_nothing_is_missing("the server no longer sends the events of this run")
            self._vanished_unseen = not self._delivered_any
            self._saw_last_event = True
        return False

    def _judged(self, event: ServerSentEvent) -> bool | Rejoin | None:
        """What to do with an event of a run that was joined; None if there is nothing special about it."""
        if self._has_rejoined and self._open_id is not None and event.id in (None, self._closed_id):
            return self._received_about_the_connection(event)
        if event.id in self._closed_ids:
            return False
        if self._is_probing:
            return event.id != self._open_id and self._again("the server ended the stream too early more than once")
        if self._seeks_open_group and self._is_before_open_group(event):
            return False
        if self._to_drop and self._was_delivered(event):
            return False
        if event.id is None:
            return None
        if event.id != self._open_id:
            if self._is_in_doubt:
                return self._verify()
            self._is_verifying = False
        elif not self._is_verifying and (self._is_in_doubt or self._looks_delivered(event)):
            self._is_in_doubt = True
            return False
        return None

    def _looks_delivered(self, event: ServerSentEvent) -> bool:
        """Whether an event of the open group looked like this one. The list is not searched, because it may be long:
        some servers give all events of a run one id."""
        if self._looks_of is not self._open_events:
            self._looks_of = self._open_events
            self._looks = {(known.event, known.data) for known in self._open_events}
        if (event.event, event.data) in self._looks:
            return True
        self._looks.add((event.event, event.data))  # it is delivered now
        return False

    def _is_before_open_group(self, event: ServerSentEvent) -> bool:
        """Whether this comes before the first events that a stream got which was joined in the middle."""
        if event.id != self._open_id:
            self._seeks_open_group = len(self._to_drop) == len(self._open_events)
            return self._seeks_open_group
        if not self._to_drop:
            self._lose("it was joined between two events that share an id")
            self._seeks_open_group = False
        return False

    def _was_delivered(self, event: ServerSentEvent) -> bool:
        """Whether this is the next event of the open group that comes again."""
        while self._to_drop and event.id == self._open_id:
            expected = self._to_drop.pop()
            if expected == event:
                return True
            if not is_live_only(expected):
                self._lose("the server sent other events than before")
        self._check_nothing_is_missing("the server did not take the stream up where it broke off")
        return False

    def _check_nothing_is_missing(self, reason: str) -> None:
        is_missing = any(not is_live_only(event) for event in self._to_drop)
        self._to_drop.clear()
        if is_missing:
            self._lose(reason)

    def _received_about_the_connection(self, event: ServerSentEvent) -> bool:
        """An event without an id of its own, at the beginning of a connection, is none of the run's events."""
        if event.event == "error":
            self._lose("the server cannot take the stream up again", told=f": {event.data.decode('utf-8', 'replace')}")
            self._saw_last_event = True
            return False
        if event.id is None and event.event != "metadata":
            self._lose(f"the server sent an event {event.event!r} without an id among events that have one")
        return False

    def ended(self) -> Action:
        """The body ended as it should. Whether the stream did is another question.

        Raises:
            StreamInterruptedError: It cannot be found out.
        """
        if self._saw_last_event or self._mode == "off":
            return self._finish()
        if not self._saw_finished:
            if self.thread_id is None or self.run_id is None:
                return self._cannot_ask()
            return AskStatus()
        if self._is_in_doubt:
            return self._verify()
        has_nothing = self._open_id is None and self._closed_id == FROM_THE_START
        if has_nothing or any(not is_live_only(event) for event in self._to_drop):
            return self._again("the server no longer sends the events of this run")
        self._confirmations = 0 if self._delivered_since_rejoin else self._confirmations + self._has_rejoined
        if self._confirmations >= _CONFIRMATIONS:
            return self._finish()
        return self._probe() if self._confirmations == 1 else self._rejoin()

    def _probe(self) -> Rejoin:
        """The second proof asks for what comes after the open group. It differs from the others, so that a server that
        ends each stream at the same place does not pass all three; they look into that group, as it cannot."""
        rejoin = self._rejoin()
        if self._open_id is None:
            return rejoin
        self._is_probing = True
        self._seeks_open_group = False
        self._to_drop.clear()
        return Rejoin(self._open_id)

    def _cannot_ask(self) -> Action:
        self._lose("the connection ended, and without a thread id the run's status cannot be asked for")
        return self._finish()

    def run_status(self, status: str | None) -> Action:
        """The answer to `AskStatus`.

        Args:
            status: The run's status; None if the run is gone, as runs that clean up after themselves are.

        Raises:
            StreamInterruptedError: The run goes on, and what is missing cannot be got.
        """
        if status is not None and status not in FINISHED:
            return self._again("the stream ended before its run did")
        self.status = status or self.status
        self._saw_finished = True
        self._vanished_unseen = self._may_vanish and self.status is None and not self._was_seen_alive
        if self._can_resume:
            return self._rejoin()
        return self._finish()

    def failed(self, error: RunsClientError) -> Action:
        """The connection broke, fell silent, or could not be opened again.

        Raises:
            StreamInterruptedError: What is missing cannot be got.
            APIStatusError: The server refuses to let the stream be joined.
        """
        if self._saw_last_event:
            return self._finish()
        if isinstance(error, APIStatusError):
            if error.status_code == 404 and self._may_vanish and self._delivered_any:
                self._lose("the server deleted the run before its stream was whole", error)
                return Finish()
            if error.status_code != 429 and error.status_code < 500:
                raise error
            if (error.retry_after or 0.0) > self._policy.max_retry_after:
                raise error
            return self._again(str(error), error, error.retry_after or 0.0)
        if not isinstance(error, APIConnectionError):
            raise error
        return self._again(str(error), error)

    @property
    def _can_resume(self) -> bool:
        """Whether the server can be asked for exactly what is missing."""
        return self._is_kept and (
            self._open_id is not None or (self._closed_id is not None and not self._delivered_any)
        )

    def _again(self, reason: str, error: RunsClientError | None = None, retry_after: float = 0.0) -> Rejoin:
        """Rejoin after a pause, unless there were too many tries."""
        self._tries += 1
        self._confirmations = 0
        if self._mode == "off" or self._tries > self._policy.max_retries or self.run_id is None:
            raise self.interrupted(reason) from error
        if self._has_live_events:
            self._lose(
                f"{reason}; servers do not keep events of the stream mode `messages`, `messages-tuple` has them", error
            )
        elif not self._can_resume:
            self._lose(reason, error)
        backoff = self._policy.backoff(self._tries, self._jitter)
        self.reconnects += 1
        return self._rejoin(max(backoff, self._server_delay, retry_after), reason, status_of(error))

    def _rejoin(self, delay: float = 0.0, reason: str | None = None, status: int | None = None) -> Rejoin:
        self._has_rejoined = True
        self._delivered_since_rejoin = self._was_seen_alive = False
        self._is_in_doubt = self._is_verifying = self._is_probing = False
        self._looks_of = None  # while it is verified, an event is delivered without a look at those before it
        self._may_repeat = True
        if not self._can_resume:
            return Rejoin(None, delay, reason, status)
        self._to_drop = self._open_events[::-1]
        self._seeks_open_group = self._closed_id is None
        return Rejoin(self._closed_id or FROM_THE_START, delay, reason, status)

    def _verify(self) -> Rejoin:
        """Read the open group once more from the server's memory, which by now holds all of it."""
        rejoin = self._rejoin()
        self._is_verifying = True
        return rejoin

    def _finish(self) -> Action:
        # The official server does not keep the `error` event, so it is missing where a stream was rejoined.
        if self.status == "error" and not self._saw_last_event:
            return AskFailure()
        if self._vanished_unseen:
            self._lose(
                "the server deleted the run before its stream was joined, so nobody can say whether it failed; "
                "on_completion='keep' keeps it"
            )
        return Finish()

    def _lose(self, reason: str, error: RunsClientError | None = None, *, told: str = "") -> None:
        """Events may be missing here: raise, or record it. `told` are words of the server, which stay out of logs."""
        if self._mode == "exact":
            raise self.interrupted(reason + told) from error
        if not self.gaps or self.gaps[-1].after != self.last_event_id:
            self.gaps.append(Gap(self.last_event_id, reason + told))
            log_gap(self.thread_id, self.run_id, reason, status=status_of(error), last_event_id=self.last_event_id)

    @property
    def is_over(self) -> bool:
        """Whether the last event was delivered, so that nothing more is to come."""
        return self._saw_last_event

    @property
    def resume_from(self) -> str | None:
        """The `Last-Event-ID` that misses nothing of what was not delivered yet."""
        return self._closed_id

    def interrupted(self, reason: str) -> StreamInterruptedError:
        """The error that ends the stream here."""
        position = "" if self.resume_from is None else f", last_event_id={self.resume_from!r}"
        return StreamInterruptedError(
            f"the stream of run {self.run_id} is not whole: {reason}. "
            f"The run may go on; join_stream({self.thread_id!r}, {self.run_id!r}{position}) follows it",
            thread_id=self.thread_id,
            run_id=self.run_id,
            last_event_id=self.last_event_id,
            resume_from=self.resume_from,
        )
