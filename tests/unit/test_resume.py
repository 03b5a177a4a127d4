"""The resume machine as plain data: no socket, no clock."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from runs_client import (
    APIConnectionError,
    RetryPolicy,
    RunsClientError,
    StreamInterruptedError,
    UnexpectedResponseError,
)
from runs_client._actions import Action, AskFailure, AskStatus, Finish, Rejoin
from runs_client._dialects import FROM_THE_START, run_from_headers
from runs_client._errors import status_error
from runs_client._resume import ResumeMode, Resumption
from runs_client._sse import ServerSentEvent

POLICY = RetryPolicy(max_retries=3, initial_delay=1.0, max_delay=8.0)
LOST = APIConnectionError("reset", request_sent=True)


def machine(
    mode: ResumeMode = "exact", start: str | None = FROM_THE_START, thread_id: str | None = "t", **options: Any
) -> Resumption:
    options = {"policy": POLICY, "jitter": lambda: 0.0, **options}
    return Resumption(mode, start=start, thread_id=thread_id, run_id="r", **options)


def event(event_id: str | None, name: str = "custom", data: bytes = b"1") -> ServerSentEvent:
    return ServerSentEvent(name, data, event_id)


def refusal(status: int, retry_after: float | None = None) -> RunsClientError:
    return status_error("GET x", status_code=status, detail="", body=None, headers={}, retry_after=retry_after)


def feed(resumption: Resumption, *events: str | None) -> list[bool | Rejoin]:
    """Events by their id, with letters that tell those of one id apart: `2a`, `2b`."""
    return [resumption.received(event(name and name.rstrip("abc"), data=str(name).encode())) for name in events]


def test_the_last_event_proves_the_stream_whole() -> None:
    for name in ("end", "error"):
        resumption = machine()
        feed(resumption, "1")
        resumption.received(event("2", name))
        assert resumption.ended() == Finish()
        assert resumption.failed(LOST) == Finish()


def test_a_finished_run_and_a_rejoin_that_brings_nothing_prove_it_too() -> None:
    resumption = machine()
    feed(resumption, "1", "2")
    assert resumption.ended() == AskStatus()
    assert resumption.run_status("success") == Rejoin("1")
    assert feed(resumption, "2") == [False]
    assert resumption.ended() == Rejoin("2"), "this rejoin may have been ended too early as well"
    assert resumption.ended() == Rejoin("1"), "and the second proof does not look into the last group"
    assert feed(resumption, "2") == [False]
    assert resumption.ended() == Finish()
    assert (resumption.status, resumption.reconnects) == ("success", 0)


def test_a_rejoin_that_brings_something_proves_nothing() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.ended()
    assert resumption.run_status("success") == Rejoin(FROM_THE_START)
    assert feed(resumption, "1", "2") == [False, True]
    assert resumption.ended() == Rejoin("1")
    assert feed(resumption, "2") == [False]
    assert resumption.ended() == Rejoin("2")
    assert resumption.ended() == Rejoin("1")
    assert feed(resumption, "2") == [False]
    assert resumption.ended() == Finish()


def test_a_server_that_ends_each_stream_at_the_same_place() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.ended()
    resumption.run_status("success")
    for _ in range(POLICY.max_retries):
        assert feed(resumption, "1") == [False]
        assert resumption.ended() == Rejoin("1")
        (verdict,) = feed(resumption, "2")
        assert isinstance(verdict, Rejoin)
        assert verdict.last_event_id == FROM_THE_START
    feed(resumption, "1")
    resumption.ended()
    with pytest.raises(StreamInterruptedError, match="too early more than once"):
        feed(resumption, "2")


def test_two_streams_that_end_at_the_same_place_inside_a_group() -> None:
    """Nothing comes after the group, so only a look into it tells."""
    resumption = machine()
    feed(resumption, "1a", "1b")
    resumption.ended()
    resumption.run_status("success")
    assert feed(resumption, "1a", "1b") == [False, False]
    assert resumption.ended() == Rejoin("1")
    assert resumption.ended() == Rejoin(FROM_THE_START)
    assert feed(resumption, "1a", "1b", "1c") == [False, False, True]


def test_a_run_that_is_gone_is_finished() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.ended()
    assert resumption.run_status(None) == Rejoin(FROM_THE_START)


def test_a_clean_end_in_mid_run_is_noticed() -> None:
    resumption = machine()
    feed(resumption, "1", "2")
    assert resumption.ended() == AskStatus()
    action = resumption.run_status("running")
    assert isinstance(action, Rejoin)
    assert (action.last_event_id, action.delay) == ("1", 1.0)
    assert resumption.reconnects == 1


def test_it_resumes_after_the_last_closed_group() -> None:
    resumption = machine()
    assert feed(resumption, "1", "2a", "2b", "3a", "3b") == [True] * 5
    assert resumption.failed(LOST) == Rejoin("2", 1.0, "reset")
    assert feed(resumption, "3a", "3b", "3c", "4") == [False, False, True, True]
    assert resumption.failed(LOST) == Rejoin("3", 1.0, "reset")


def test_a_second_cut_while_the_open_group_comes_again() -> None:
    resumption = machine()
    feed(resumption, "1", "2a", "2b")
    resumption.failed(LOST)
    assert feed(resumption, "2a") == [False]
    assert resumption.failed(LOST) == Rejoin("1", 2.0, "reset")
    assert feed(resumption, "2a", "2b", "2c") == [False, False, True]


def test_a_server_that_begins_earlier_than_it_was_asked_to() -> None:
    resumption = machine()
    feed(resumption, "1", "2")
    resumption.failed(LOST)
    assert feed(resumption, "1", "2", "3") == [False, False, True]


def test_events_that_a_server_sends_from_memory_and_again_as_news() -> None:
    resumption = machine()
    feed(resumption, "1", "2")
    resumption.failed(LOST)
    assert feed(resumption, "2", "3", "4", "3", "4") == [False, True, True, False, False]
    # Was the second 4 news, or are there two? Once 5 has come, the memory of the server tells.
    assert feed(resumption, "5") == [Rejoin("3")]
    assert feed(resumption, "4", "5", "5", "6") == [False, True, False, Rejoin("4")]
    assert feed(resumption, "5", "6") == [False, True]


def test_twins_that_look_like_one_event_sent_twice() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.failed(LOST)
    assert feed(resumption, "1", "2", "2", "3") == [False, True, False, Rejoin("1")]
    assert feed(resumption, "2", "2", "3") == [False, True, True]
    resumption = machine()
    feed(resumption, "1")
    resumption.failed(LOST)
    assert feed(resumption, "1", "2", "2", "2b") == [False, True, False, False]
    assert resumption.ended() == AskStatus()
    assert resumption.run_status("success") == Rejoin("1")
    assert feed(resumption, "2", "2", "2b") == [False, False, False]
    assert resumption.ended() == Rejoin("1"), "the run is over, so the memory of the server is all there is"
    assert feed(resumption, "2", "2", "2b") == [False, True, True]


def test_a_join_may_repeat_events_on_its_first_connection() -> None:
    assert feed(machine(joins=True), "1", "2", "1", "3") == [True, True, False, True]


def test_twins_on_the_first_connection_are_two() -> None:
    assert feed(machine(), "1", "1") == [True, True]


def test_nothing_delivered_yet() -> None:
    assert machine().failed(LOST) == Rejoin(FROM_THE_START, 1.0, "reset")
    assert machine(start="7").failed(LOST) == Rejoin("7", 1.0, "reset")


def test_a_stream_that_was_joined_in_the_middle_resumes_once_a_group_is_closed() -> None:
    resumption = machine(start=None)
    feed(resumption, "5", "6")
    assert resumption.failed(LOST) == Rejoin("5", 1.0, "reset")


def test_a_stream_that_was_joined_in_the_middle_and_got_only_one_group() -> None:
    resumption = machine(start=None)
    feed(resumption, "5a", "5b")
    assert resumption.failed(LOST) == Rejoin(FROM_THE_START, 1.0, "reset")
    assert feed(resumption, "3", "4", "5a", "5b", "6") == [False, False, False, False, True]
    resumption = machine(start=None)
    feed(resumption, "5b")
    resumption.failed(LOST)
    with pytest.raises(StreamInterruptedError, match="other events"):
        feed(resumption, "4", "5a", "5b")
    resumption = machine(start=None)
    feed(resumption, "5a")
    resumption.failed(LOST)
    assert feed(resumption, "4", "5a") == [False, False]
    with pytest.raises(StreamInterruptedError, match="between two events that share an id"):
        feed(resumption, "5b")


def test_a_stream_that_was_joined_in_the_middle_and_got_nothing() -> None:
    with pytest.raises(StreamInterruptedError):
        machine(start=None).failed(LOST)
    resumption = machine(start=None)
    assert resumption.ended() == AskStatus()
    assert resumption.run_status("success") == Finish()


@pytest.mark.parametrize(
    "replay", [["3"], ["2b"], ["4"]], ids=["skips the open group", "skips a part of it", "skips more"]
)
def test_a_server_that_takes_up_elsewhere(replay: list[str]) -> None:
    exact, best_effort = machine(), machine("best-effort")
    for resumption in (exact, best_effort):
        feed(resumption, "1", "2a", "2b")
        resumption.failed(LOST)
    with pytest.raises(StreamInterruptedError, match="take the stream up|other events") as caught:
        feed(exact, *replay)
    assert (caught.value.thread_id, caught.value.run_id, caught.value.last_event_id) == ("t", "r", "2")
    feed(best_effort, *replay)
    assert [gap.after for gap in best_effort.gaps] == ["2"]


def test_a_server_that_has_forgotten() -> None:
    resumption = machine()
    feed(resumption, "1", "2")
    resumption.ended()
    resumption.run_status("success")
    for _ in range(POLICY.max_retries):
        assert isinstance(resumption.ended(), Rejoin)
    with pytest.raises(StreamInterruptedError, match="no longer sends"):
        resumption.ended()


def test_a_server_that_says_it_has_forgotten() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.failed(LOST)
    with pytest.raises(StreamInterruptedError, match="404: Run not found"):
        resumption.received(event(None, "error", b'{"message":"404: Run not found"}'))
    resumption = machine("best-effort")
    feed(resumption, "1")
    resumption.failed(LOST)
    assert resumption.received(event(None, "error", b"{}")) is False
    assert resumption.ended() == Finish()


def test_metadata_of_a_new_connection_is_not_part_of_the_run() -> None:
    resumption = machine()
    feed(resumption, "1", "2")
    resumption.failed(LOST)
    assert resumption.received(event(None, "metadata")) is False
    assert resumption.received(event("1", "connected")) is False, "an id that the connection began with"
    assert feed(resumption, "2", "3") == [False, True]
    with pytest.raises(StreamInterruptedError, match="'feedback' without an id"):
        resumption.received(event(None, "feedback"))


def test_a_failed_run_whose_error_event_is_lost() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.ended()
    resumption.run_status("error")
    for _ in range(2):
        feed(resumption, "1")
        assert isinstance(resumption.ended(), Rejoin)
    feed(resumption, "1")
    assert resumption.ended() == AskFailure()


def test_a_stream_without_ids_is_over_when_its_run_is() -> None:
    resumption = machine()
    feed(resumption, None, None)
    assert resumption.ended() == AskStatus()
    assert resumption.run_status("success") == Finish()


@pytest.mark.parametrize("status", ["running", "pending"])
def test_a_stream_without_ids_that_ends_too_early(status: str) -> None:
    resumption = machine()
    feed(resumption, None)
    resumption.ended()
    with pytest.raises(StreamInterruptedError, match="ended before its run did"):
        resumption.run_status(status)


def test_a_run_whose_events_are_not_kept() -> None:
    resumption = machine()  # nothing was delivered, so it is worth a try
    resumption.failed(LOST)
    with pytest.raises(StreamInterruptedError, match="keeps no events"):
        feed(resumption, None)
    resumption = machine()
    resumption.ended()
    resumption.run_status("success")
    for _ in range(POLICY.max_retries):
        resumption.ended()
    with pytest.raises(StreamInterruptedError, match="no longer sends"):
        resumption.ended()


def test_without_a_thread_the_status_cannot_be_asked_for() -> None:
    resumption = machine(thread_id=None)
    feed(resumption, "1")
    with pytest.raises(StreamInterruptedError, match="without a thread id"):
        resumption.ended()
    resumption = machine("best-effort", thread_id=None)
    feed(resumption, "1")
    assert resumption.ended() == Finish()
    assert len(resumption.gaps) == 1


def test_messages_are_not_kept_by_servers() -> None:
    whole = machine()
    for name, event_id in (("metadata", "1"), ("messages/partial", "2"), ("messages/partial", "2")):
        whole.received(event(event_id, name))
    whole.ended()
    assert whole.run_status("success") == Rejoin("1")
    assert whole.ended() == Rejoin("2")
    assert whole.ended() == Rejoin("1")
    assert whole.ended() == Finish()
    cut = machine(expects_live_events=True)
    with pytest.raises(StreamInterruptedError, match="messages-tuple"):
        cut.failed(LOST)


def test_off_never_rejoins() -> None:
    resumption = machine("off")
    feed(resumption, "1")
    assert resumption.ended() == Finish()
    with pytest.raises(StreamInterruptedError, match="reset"):
        resumption.failed(LOST)


def test_best_effort_goes_on_with_what_happens_next() -> None:
    resumption = machine("best-effort")
    feed(resumption, None)
    assert resumption.failed(LOST) == Rejoin(None, 1.0, "reset")
    assert feed(resumption, None) == [True]
    assert [gap.reason for gap in resumption.gaps] == ["reset"], "one place, one gap"
    resumption.ended()
    assert resumption.run_status("success") == Finish()


def test_tries_without_progress_come_to_an_end_and_progress_refills_them() -> None:
    resumption = machine()
    feed(resumption, "1")
    delays = [resumption.failed(LOST) for _ in range(3)]
    assert delays == [Rejoin(FROM_THE_START, delay, "reset") for delay in (1.0, 2.0, 4.0)]
    feed(resumption, "1", "2")
    assert resumption.failed(LOST) == Rejoin("1", 1.0, "reset")
    for _ in range(2):
        resumption.failed(LOST)
    with pytest.raises(StreamInterruptedError, match="reset") as caught:
        resumption.failed(LOST)
    assert caught.value.__cause__ is LOST


def test_a_run_that_goes_on_behind_ends_that_come_too_early_uses_up_tries() -> None:
    resumption = machine()
    feed(resumption, "1")
    for _ in range(3):
        assert resumption.ended() == AskStatus()
        assert isinstance(resumption.run_status("running"), Rejoin)
    assert resumption.ended() == AskStatus()
    with pytest.raises(StreamInterruptedError):
        resumption.run_status("running")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_refusals_that_pass_are_survived(status: int) -> None:
    resumption = machine()
    feed(resumption, "1")
    assert isinstance(resumption.failed(refusal(status)), Rejoin)
    delayed = resumption.failed(refusal(status, retry_after=5))
    assert isinstance(delayed, Rejoin)
    assert delayed.delay == 5


def test_a_retry_after_that_is_too_long_is_left_to_the_caller() -> None:
    resumption = machine()
    feed(resumption, "1")
    with pytest.raises(RunsClientError) as caught:
        resumption.failed(refusal(429, retry_after=86_400))
    assert type(caught.value).__name__ == "RateLimitError"


def test_a_failure_that_cannot_be_asked_for_uses_up_tries() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.ended()
    resumption.run_status("error")
    for tried in range(POLICY.max_retries + 1):
        feed(resumption, "1")
        assert resumption.ended() == Rejoin("1")
        assert resumption.ended() == Rejoin(FROM_THE_START)
        feed(resumption, "1")
        assert resumption.ended() == AskFailure()
        if tried < POLICY.max_retries:
            assert isinstance(resumption.failed(LOST), Rejoin)
    with pytest.raises(StreamInterruptedError):
        resumption.failed(LOST)


def test_the_end_event_tells_the_status() -> None:
    resumption = machine()
    resumption.received(event("1", "end", b'{"status": "success"}'))
    assert resumption.status == "success"
    resumption = machine()
    feed(resumption, "1")
    resumption.ended()
    resumption.run_status("levitating")
    assert resumption.status is None, "a run that is not known to be over goes on"


def test_where_to_come_back_to() -> None:
    resumption = machine()
    feed(resumption, "1", "2a", "2b")
    assert (resumption.last_event_id, resumption.resume_from) == ("2", "1")
    error = resumption.interrupted("why")
    assert error.resume_from == "1"
    assert "last_event_id='1'" in str(error)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_refusals_that_stay_end_the_stream_with_their_own_error(status: int) -> None:
    resumption = machine("best-effort")
    feed(resumption, "1")
    error = refusal(status)
    with pytest.raises(type(error)) as caught:
        resumption.failed(error)
    assert caught.value is error


def test_an_error_that_is_no_broken_connection_is_raised_as_it_is() -> None:
    resumption = machine()
    feed(resumption, "1")
    error = UnexpectedResponseError("a page", status_code=200, excerpt="<html>")
    with pytest.raises(UnexpectedResponseError) as caught:
        resumption.failed(error)
    assert caught.value is error


def test_the_servers_retry_is_honoured_within_reason() -> None:
    resumption = machine()
    feed(resumption, "1")
    resumption.retry(5_000)
    action = resumption.failed(LOST)
    assert isinstance(action, Rejoin)
    assert action.delay == 5
    resumption.retry(99_999_999_999)
    action = resumption.failed(LOST)
    assert isinstance(action, Rejoin)
    assert action.delay == POLICY.max_retry_after


def test_without_a_run_there_is_nothing_to_rejoin() -> None:
    resumption = Resumption("exact", start=FROM_THE_START, policy=POLICY)
    with pytest.raises(StreamInterruptedError):
        resumption.failed(LOST)


@pytest.mark.parametrize(
    ("content_location", "run"),
    [
        ("/threads/t/runs/r", ("t", "r")),
        ("/prefix/threads/t/runs/r/", ("t", "r")),
        ("/runs/r", (None, "r")),
        ("/threads/a%2Fb/runs/%2E%2E", ("a/b", "..")),
        ("http://h/threads/t/runs/r?x", ("t", "r")),
        ("/elsewhere", (None, None)),
        ("", (None, None)),
    ],
)
def test_content_location_names_the_run(content_location: str, run: tuple[str | None, str | None]) -> None:
    assert run_from_headers({"content-location": content_location}) == run


def numbered(*numbers: int) -> list[str]:
    """Ids as Aegra's."""
    return [f"r_event_{number}" for number in numbers]


def test_an_event_that_is_skipped_is_fetched_from_the_servers_memory() -> None:
    resumption = machine()
    assert feed(resumption, *numbered(1, 3, 7)) == [True, True, Rejoin("r_event_1")]
    assert feed(resumption, *numbered(3, 5, 7, 9)) == [False, True, True, True]
    assert resumption.reconnects == 0


def test_the_first_event_may_be_skipped_as_well() -> None:
    assert feed(machine(), *numbered(3)) == [Rejoin(FROM_THE_START)]
    assert feed(machine(start="r_event_5"), *numbered(9)) == [Rejoin("r_event_5")]


def test_a_number_that_no_event_has() -> None:
    """The instance that took it was killed."""
    resumption = machine()
    assert feed(resumption, *numbered(1, 4)) == [True, Rejoin(FROM_THE_START)]
    assert feed(resumption, *numbered(1, 4, 6)) == [False, True, True]


def test_off_does_not_look_for_skipped_events() -> None:
    assert feed(machine("off"), *numbered(1, 7)) == [True, True]


def test_other_ids_may_skip_numbers() -> None:
    assert feed(machine(), "1", "7", "r_event_1") == [True, True, True]


def test_numbers_with_many_holes_are_not_looked_at_any_more() -> None:
    resumption = machine()
    last = 1
    feed(resumption, *numbered(last))
    for number in range(11, 91, 10):
        assert isinstance(feed(resumption, *numbered(number))[0], Rejoin)
        assert feed(resumption, *numbered(last, number)) == [False, True]
        last = number
    assert feed(resumption, *numbered(101)) == [True]


def test_a_second_look_that_would_cancel_the_run() -> None:
    resumption = machine(may_verify=False)
    with pytest.raises(StreamInterruptedError, match="skipped a number"):
        feed(resumption, *numbered(1, 7))
    resumption = machine("best-effort", may_verify=False)
    assert feed(resumption, *numbered(1, 7)) == [True, True]
    assert [gap.after for gap in resumption.gaps] == ["r_event_1"]


def test_events_that_are_not_kept_are_not_asked_for_again() -> None:
    resumption = machine(is_kept=False)
    feed(resumption, "1")
    assert resumption.ended() == AskStatus()
    assert resumption.run_status("success") == Finish()
    resumption = machine(is_kept=False)
    feed(resumption, "1")
    with pytest.raises(StreamInterruptedError):
        resumption.failed(LOST)


def test_a_run_that_was_deleted_while_its_stream_was_away() -> None:
    for mode in ("exact", "best-effort"):
        resumption = machine(mode, may_vanish=True)
        feed(resumption, "1")
        assert isinstance(resumption.failed(LOST), Rejoin)
        if mode == "exact":
            with pytest.raises(StreamInterruptedError, match="deleted the run before its stream was whole"):
                resumption.failed(refusal(404))
        else:
            assert resumption.failed(refusal(404)) == Finish()
            assert [gap.after for gap in resumption.gaps] == ["1"]


def test_the_metadata_of_messages_name_the_thread() -> None:
    resumption = machine(thread_id=None, start=None, expects_live_events=True)
    for data in (b"{}", b"[]", b'{"m": {}}', b"{"):
        resumption.received(event(None, "messages/metadata", data))
        assert resumption.thread_id is None
    resumption.received(event(None, "messages/metadata", b'{"m": {"metadata": {"thread_id": "t"}}}'))
    assert resumption.ended() == AskStatus()
    assert resumption.run_status(None) == Finish()
    assert resumption.thread_id == "t"


def test_messages_may_be_missing_where_something_else_is() -> None:
    resumption = machine(expects_live_events=True)
    feed(resumption, "1")
    assert resumption.ended() == AskStatus()
    assert isinstance(resumption.run_status("success"), Rejoin)
    with pytest.raises(StreamInterruptedError, match="does not keep `messages`"):
        feed(resumption, "1", "2")


def test_off_delivers_events_that_look_alike() -> None:
    resumption = machine("off", joins=True)
    assert feed(resumption, "1a", "1a", "2") == [True, True, True]
    assert resumption.ended() == Finish()


class AnyFaults(RuleBasedStateMachine):
    """A model server, a client driven by the machine, and faults at any moment."""

    @initialize(start=st.sampled_from([FROM_THE_START, None]))
    def begin(self, start: str | None) -> None:
        self.log: list[ServerSentEvent] = []
        self.status = "running"
        self.failure_event_is_live = False
        self.forgotten = False
        self.faults_to_come: list[RunsClientError] = []
        patient = RetryPolicy(max_retries=100)
        self.resumption = Resumption("exact", start=start, policy=patient, thread_id="t", run_id="r")
        self.start_is_known = start is not None
        self.position: int | None = 0  # in the log, while connected
        self.again: list[ServerSentEvent] = []  # sent from memory, and to be sent as news too
        self.overlap = 0
        self.action: Action | None = None
        self.delivered: list[ServerSentEvent] = []
        self.error: StreamInterruptedError | None = None

    @rule(new_group=st.booleans(), data=st.sampled_from([b"1", b"2"]))
    @precondition(lambda self: self.status == "running")
    def produce(self, new_group: bool, data: bytes) -> None:
        number = len({event.id for event in self.log}) + new_group
        self.log.append(ServerSentEvent("custom", data, str(max(1, number))))

    @rule(overlap=st.integers(0, 3))
    def send_some_of_it_twice(self, overlap: int) -> None:
        self.overlap = overlap

    @rule(status=st.sampled_from(["success", "interrupted"]))
    @precondition(lambda self: self.status == "running")
    def finish(self, status: str) -> None:
        self.status = status

    @rule(steps=st.integers(1, 5))
    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    @rule(clean=st.booleans())
    @precondition(lambda self: self.position is not None)
    def cut(self, clean: bool) -> None:
        # The first and the third proof, both cut short at the same place, cannot be told from the end.
        clean = clean and self.resumption._confirmations < 2
        self.position = None
        self.decide(lambda: self.resumption.ended() if clean else self.resumption.failed(LOST))

    @rule(error=st.sampled_from([LOST, refusal(503), refusal(429, 1.0)]))
    def refuse_the_next_connection(self, error: RunsClientError) -> None:
        self.faults_to_come.append(error)

    @rule()
    @precondition(lambda self: self.delivered)  # a server that forgot all of it before cannot be told from a new run
    def forget_the_events(self) -> None:
        self.forgotten = True

    def decide(self, decision: Any) -> None:
        try:
            self.action = decision()
        except StreamInterruptedError as error:
            self.action, self.error = Finish(), error

    def step(self) -> None:
        if self.position is not None:
            self.read()
        elif isinstance(self.action, AskStatus):
            self.decide(lambda: self.resumption.run_status(self.status))
        elif isinstance(self.action, Rejoin):
            if self.faults_to_come:
                fault = self.faults_to_come.pop()
                self.decide(lambda: self.resumption.failed(fault))
            else:
                self.position = self.position_after(self.action.last_event_id)
                self.memory_ends_at = len(self.log)
                memory = self.log[self.position :]
                self.again = memory[-self.overlap :] if self.overlap and self.status == "running" else []

    def read(self) -> None:
        assert self.position is not None
        if self.position < len(self.log) or self.again:
            if self.again and self.position == self.memory_ends_at:
                event = self.again.pop(0)
            else:
                event = self.log[self.position]
                self.position += 1
            try:
                verdict = self.resumption.received(event)
                if verdict is True:
                    self.delivered.append(event)
                elif isinstance(verdict, Rejoin):
                    self.position, self.action = None, verdict
            except StreamInterruptedError as error:
                self.position, self.action, self.error = None, Finish(), error
        elif self.status != "running":
            self.position = None
            self.decide(self.resumption.ended)

    def position_after(self, last_event_id: str | None) -> int:
        if last_event_id is None or self.forgotten:
            return len(self.log)
        later = (i for i, event in enumerate(self.log) if int(event.id or 0) > int(last_event_id))
        return next(later, len(self.log))

    @invariant()
    def what_was_delivered_is_the_beginning_of_the_truth(self) -> None:
        if hasattr(self, "log"):
            assert self.delivered == self.log[: len(self.delivered)]

    def teardown(self) -> None:
        if not hasattr(self, "log"):
            return
        self.status = self.status if self.status != "running" else "success"
        for _ in range(10 * len(self.log) + 10 * len(self.faults_to_come) + 1000):
            self.step()
        assert isinstance(self.action, Finish), "it must come to an end"
        if self.error is None:
            # Joined for what happens next, and nothing happened before the end: nobody knows what was missed.
            assert self.delivered == self.log or not (self.start_is_known or self.delivered)
        else:
            assert self.forgotten or not self.start_is_known or not self.log, "only what cannot be known is an error"


TestAnyFaults = AnyFaults.TestCase
TestAnyFaults.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)


def to_the_end(resumption: Resumption) -> Action:
    """What is done when the run's status, the event `1` and nothing else can be got again."""
    action = resumption.ended()
    assert action == AskStatus()
    action = resumption.run_status(None)
    while isinstance(action, Rejoin):
        if action.last_event_id == FROM_THE_START:
            feed(resumption, "1")
        action = resumption.ended()
    return action


@pytest.mark.parametrize("status", ["pending", "running", "success"])
def test_a_run_that_is_seen_while_it_is_followed_may_vanish(status: str) -> None:
    resumption = machine(may_vanish=True)
    assert resumption.needs_witness
    resumption.seen(status)
    feed(resumption, "1")
    assert to_the_end(resumption) == Finish()
    assert not resumption.needs_witness


def test_a_run_that_vanishes_unseen_may_have_failed() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen(None)
    feed(resumption, "1")
    with pytest.raises(StreamInterruptedError, match="whether it failed; on_completion='keep' keeps it"):
        to_the_end(resumption)


def test_a_run_is_looked_up_on_each_connection() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen("running")
    feed(resumption, "1")
    assert isinstance(resumption.failed(LOST), Rejoin)
    assert resumption.needs_witness
    resumption.seen(None)
    feed(resumption, "1")
    with pytest.raises(StreamInterruptedError, match="whether it failed"):
        to_the_end(resumption)


def test_best_effort_records_that_the_failure_may_be_missing() -> None:
    resumption = machine("best-effort", may_vanish=True)
    resumption.seen(None)
    feed(resumption, "1")
    assert to_the_end(resumption) == Finish()
    assert [gap.after for gap in resumption.gaps] == ["1"]


def test_a_failure_that_was_seen_is_asked_for() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen("error")
    assert not resumption.needs_witness
    feed(resumption, "1")
    assert to_the_end(resumption) == AskFailure()


GONE = event(None, "error", b'"Run not found"')


def test_a_server_that_tells_the_end_of_a_stream_by_the_end_of_the_run() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen(None)
    feed(resumption, "1")
    assert resumption.received(GONE) is False
    assert resumption.ended() == Finish()


def test_a_failure_comes_before_the_end_of_the_run() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen(None)
    assert resumption.received(event("1", "error", b"{}")) is True
    assert resumption.received(GONE) is False
    assert resumption.status == "error"
    assert resumption.ended() == Finish()


def test_a_run_that_was_gone_before_anybody_saw_it() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen(None)
    assert resumption.received(GONE) is False
    with pytest.raises(StreamInterruptedError, match="whether it failed"):
        resumption.ended()


def test_events_are_missing_when_their_run_is_gone() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen("running")
    feed(resumption, "1")
    assert isinstance(resumption.failed(LOST), Rejoin)
    resumption.seen("running")
    with pytest.raises(StreamInterruptedError, match="no longer sends the events"):
        resumption.received(GONE)


def test_joining_an_unknown_run() -> None:
    resumption = machine()
    assert resumption.received(GONE) is True
    assert resumption.ended() == Finish()


def test_an_error_event_needs_no_witness() -> None:
    resumption = machine(may_vanish=True)
    resumption.seen(None)
    resumption.received(event("1", "error", b"{}"))
    assert resumption.ended() == Finish()


class CountedEvent(ServerSentEvent):
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        CountedEvent.comparisons += 1
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]


def test_a_long_group_is_not_searched_for_each_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers give all events of a run one id."""
    monkeypatch.setattr(CountedEvent, "comparisons", 0)
    resumption = machine(joins=True)
    for number in range(100):
        assert resumption.received(CountedEvent("custom", b"%d" % number, "1")) is True
    assert resumption.received(CountedEvent("custom", b"50", "1")) is False, "it may be an event that comes twice"
    assert CountedEvent.comparisons == 0


def test_an_event_that_was_delivered_while_its_group_was_verified_is_known_later() -> None:
    resumption = machine(joins=True)
    assert feed(resumption, "1", "2a", "2b", "2a", "3") == [True, True, True, False, Rejoin("1")]
    assert feed(resumption, "2a", "2b", "2c") == [False, False, True]
    assert isinstance(resumption.failed(LOST), Rejoin)
    assert feed(resumption, "2a", "2b", "2c", "2c") == [False, False, False, False]
