"""How long a silence may be, by a clock that the test holds."""

from __future__ import annotations

from runs_client._idle import IdleWatch


class Clock:
    """Feeds a watch: each chunk is asked for and arrives at a time."""

    def __init__(self, watch: IdleWatch) -> None:
        self.watch = watch
        self.now = 100.0

    def wait_for(self, seconds: float, heartbeats: int = 1) -> None:
        asked_at, self.now = self.now, self.now + seconds
        self.watch.received(heartbeats, asked_at=asked_at, now=self.now)

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_a_number_is_in_force_at_once() -> None:
    assert IdleWatch(7.5).timeout == 7.5
    assert IdleWatch(None).timeout is None


def test_auto_waits_for_two_heartbeats() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    assert watch.timeout is None
    clock.wait_for(5)
    assert watch.timeout is None
    clock.wait_for(5)
    assert watch.timeout == 60
    clock.wait_for(5)
    assert watch.timeout == 15


def test_comments_close_together_are_no_heartbeats() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    for _ in range(4):
        clock.wait_for(0.1)
    assert watch.timeout == 5


def test_events_between_heartbeats_do_not_matter() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    clock.wait_for(5)
    for _ in range(4):
        clock.wait_for(1, heartbeats=0)
    clock.wait_for(1)
    clock.wait_for(5)
    clock.wait_for(5)
    assert watch.timeout == 15


def test_the_slowest_cadence_counts() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    for seconds in (5, 5, 9, 5):
        clock.wait_for(seconds)
    assert watch.timeout == 27


def test_heartbeats_that_piled_up_while_the_caller_was_away_say_nothing() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    clock.wait_for(1, heartbeats=0)
    clock.pause(20)
    for _ in range(4):
        clock.wait_for(0.001)
    assert watch.timeout == 60, "there are heartbeats, but nobody knows how often"
    for _ in range(3):
        clock.wait_for(5)
    assert watch.timeout == 15


def test_two_heartbeats_in_one_chunk_are_no_cadence() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    clock.wait_for(5, heartbeats=2)
    assert watch.timeout == 60


def test_nothing_is_measured_across_connections() -> None:
    clock = Clock(watch := IdleWatch("auto"))
    clock.wait_for(5)
    watch.opened()
    clock.pause(100)
    clock.wait_for(1)
    clock.wait_for(5)
    clock.wait_for(5)
    assert watch.timeout == 15
