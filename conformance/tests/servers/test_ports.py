"""No two servers are told the same port, of one runner or of two."""

import socket
from collections.abc import Iterator

import pytest
from smooth_operator_conformance.servers.ports import BLOCK, Ports


@pytest.fixture
def ports() -> Iterator[Ports]:
    made = Ports()
    yield made
    made.close()


@pytest.fixture
def others() -> Iterator[Ports]:
    made = Ports()
    yield made
    made.close()


def test_a_port_is_given_once_although_nobody_listens_on_it(ports: Ports) -> None:
    several_blocks = 2 * BLOCK
    given = [ports.take() for _ in range(several_blocks)]
    assert len(set(given)) == several_blocks


def test_runners_beside_each_other_share_no_port(ports: Ports, others: Ports) -> None:
    ours = {ports.take() for _ in range(BLOCK)}
    theirs = {others.take() for _ in range(BLOCK)}
    assert not ours & theirs


def test_the_port_beside_is_nobodys_either(ports: Ports) -> None:
    given = {ports.take() for _ in range(BLOCK)}
    assert not given & {port + 1 for port in given}


def test_a_port_that_somebody_took_is_left_out(ports: Ports) -> None:
    first = ports.take()
    ports.give_back(first)
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", first + 1))
        assert first not in {ports.take() for _ in range(BLOCK)}


def test_a_port_given_back_is_given_again(ports: Ports) -> None:
    block = {ports.take() for _ in range(BLOCK // 2 - 1)}
    one = next(iter(block))
    ports.give_back(one)
    ports.give_back(one)
    assert ports.take() == one
    assert ports.take() not in block


def test_a_port_from_elsewhere_is_not_taken_in(ports: Ports) -> None:
    ports.give_back(9)
    assert 9 not in {ports.take() for _ in range(BLOCK)}
