"""One-time codes: attempts, expiry, replacement, the rolling hour."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from smooth_operator_server.otp.ledger import CodeLedger, Rejected, Verified


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> CodeLedger:
    return CodeLedger(seconds=300, attempts=3, clock=clock)


def send(ledger: CodeLedger, code: str) -> None:
    ledger.sent(code, channel="email", destination="pat@example.org")


def test_the_right_code_verifies_its_contact_once(ledger: CodeLedger) -> None:
    send(ledger, "123456")
    assert ledger.verify("123456") == Verified("email", "pat@example.org")
    assert ledger.verify("123456") == Rejected("NOT_FOUND", 0)


def test_wrong_codes_count_down_and_the_last_one_ends_it(ledger: CodeLedger) -> None:
    send(ledger, "123456")
    assert ledger.verify("x123456") == Rejected("INVALID_CODE", 2)
    assert ledger.verify("") == Rejected("INVALID_CODE", 1)
    assert ledger.verify("é😀\ud83d") == Rejected("MAX_ATTEMPTS", 0)
    assert ledger.verify("123456") == Rejected("NOT_FOUND", 0)


def test_an_expired_code_is_gone(ledger: CodeLedger, clock: Clock) -> None:
    send(ledger, "123456")
    clock.now += 300
    assert ledger.verify("123456") == Rejected("EXPIRED", 0)
    assert ledger.verify("123456") == Rejected("NOT_FOUND", 0)


def test_a_code_lives_until_its_very_end(ledger: CodeLedger, clock: Clock) -> None:
    send(ledger, "123456")
    clock.now += 299.99
    assert isinstance(ledger.verify("123456"), Verified)


def test_a_newer_code_replaces_the_pending_one(ledger: CodeLedger) -> None:
    send(ledger, "111111")
    ledger.verify("wrong")
    ledger.sent("222222", channel="sms", destination="+14155550123")
    assert ledger.verify("111111") == Rejected("INVALID_CODE", 2)
    assert ledger.verify("222222") == Verified("sms", "+14155550123")


def test_the_fourth_code_of_a_rolling_hour_is_not_sent(ledger: CodeLedger, clock: Clock) -> None:
    for _ in range(3):
        assert ledger.may_send()
        send(ledger, "1")
        clock.now += 600
    assert not ledger.may_send()
    clock.now = 1000.0 + 3599.9
    assert not ledger.may_send()
    clock.now = 1000.0 + 3600
    assert ledger.may_send()
    send(ledger, "1")
    assert not ledger.may_send()


def test_a_code_for_a_contact_that_changed_is_gone(ledger: CodeLedger) -> None:
    send(ledger, "123456")
    assert ledger.verify("123456", known=["sam@example.org", None]) == Rejected("NOT_FOUND", 0)
    assert ledger.verify("123456") == Rejected("NOT_FOUND", 0)
    send(ledger, "123456")
    assert isinstance(ledger.verify("123456", known=[None, "pat@example.org"]), Verified)


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens: only the newest, living, unspent code verifies, and only once."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.ledger = CodeLedger(seconds=300, attempts=3, clock=self.clock)
        self.sends: list[float] = []
        self.live: tuple[str, float] | None = None
        self.wrong = 0

    @rule(seconds=st.sampled_from([1.0, 150.0, 300.0, 1800.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @precondition(lambda self: self.ledger.may_send())
    @rule(code=st.sampled_from(["1", "2", "3"]))
    def send(self, code: str) -> None:
        send(self.ledger, code)
        self.sends.append(self.clock.now)
        self.live, self.wrong = (code, self.clock.now + 300), 0

    @rule(code=st.sampled_from(["1", "2", "3"]))
    def verify(self, code: str) -> None:
        result = self.ledger.verify(code)
        if self.live is None:
            assert result == Rejected("NOT_FOUND", 0)
        elif self.clock.now >= self.live[1]:
            assert result == Rejected("EXPIRED", 0)
            self.live = None
        elif code == self.live[0]:
            assert isinstance(result, Verified)
            self.live = None
        else:
            self.wrong += 1
            left = 3 - self.wrong
            assert result == Rejected("INVALID_CODE" if left else "MAX_ATTEMPTS", left)
            self.live = self.live if left else None

    @invariant()
    def never_four_in_an_hour(self) -> None:
        recent = [sent for sent in self.sends if sent > self.clock.now - 3600]
        assert len(recent) <= 3
        assert self.ledger.may_send() == (len(recent) < 3)


def test_a_code_whose_contact_could_not_be_kept_may_be_tried_again() -> None:
    ledger = CodeLedger(seconds=300, attempts=3, clock=Clock())
    ledger.sent("1", channel="email", destination="a@x.test")
    for _ in range(2):
        assert isinstance(ledger.verify("1"), Verified)
        ledger.give_back()
    ledger.sent("2", channel="email", destination="a@x.test")
    ledger.give_back()
    assert isinstance(ledger.verify("2"), Verified)


TestAnyOrder = AnyOrder.TestCase
