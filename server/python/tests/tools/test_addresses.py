"""Addresses that tools may not call, in every spelling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.tools.addresses import AddressRefused, allowed, refuse_literal


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
    ],
)
def test_refused(address: str) -> None:
    assert not allowed(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.0.0.1", "8.8.8.8", "2001:db8::1", "::ffff:127.0.0.1"]
)
def test_allowed(address: str) -> None:
    assert allowed(address)


@given(st.ip_addresses(network="169.254.0.0/16"))
def test_no_spelling_of_a_link_local_address_passes(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    number = int(address)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    nat64 = ipaddress.IPv6Address((0x0064FF9B << 96) | number)
    for spelling in (str(address), str(mapped), str(nat64), mapped.exploded):
        assert not allowed(spelling)


def test_names_are_left_to_the_resolver() -> None:
    refuse_literal("tools.example")
    refuse_literal("127.0.0.1")
    with pytest.raises(AddressRefused):
        refuse_literal("169.254.1.1")
