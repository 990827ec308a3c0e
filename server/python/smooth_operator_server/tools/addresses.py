"""Which addresses a tool may be called at, asked after name resolution (decisions §9)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local, and where most clouds keep their metadata
        "fe80::/10",
        "fd00:ec2::254/128",  # metadata of AWS over IPv6
        "100.100.100.200/32",  # metadata of Alibaba Cloud
        "168.63.129.16/32",  # the wire server of Azure
        "192.0.0.192/32",  # metadata of Oracle Cloud
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(OSError):
    """The host is, or resolves to, nothing but addresses that tools may not call."""


def allowed(address: str) -> bool:
    """Whether an address, as the resolver spells it, may be connected to."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return not any(
        form in network
        for form in _forms(ip)
        for network in _REFUSED
        if form.version == network.version
    )


def refuse_literal(host: str) -> None:
    """Raise `AddressRefused` for a host that is a refused address itself; names are left alone."""
    try:
        fine = allowed(host)
    except ValueError:
        return
    if not fine:
        raise AddressRefused(host)


def _forms(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The address, and the IPv4 address that it may carry inside."""
    forms = [ip]
    if isinstance(ip, ipaddress.IPv6Address):
        forms += [inner for inner in (ip.ipv4_mapped, ip.sixtofour) if inner]
        if ip in _NAT64:
            forms.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return forms


class GuardedResolver(AbstractResolver):
    """Resolves like `resolver`, without the refused addresses.

    The connection goes to what was checked here: a name cannot change its mind in between.
    """

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found: Sequence[ResolveResult] = await self._resolver.resolve(host, port, family)
        kept = [entry for entry in found if allowed(entry["host"])]
        if found and not kept:
            raise AddressRefused(host)
        return kept

    async def close(self) -> None:
        await self._resolver.close()
