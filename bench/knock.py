"""Knocking: whether a server speaks the protocol already."""

from __future__ import annotations

import socket

from bench.frames import UPGRADE, from_client


def connects(sock: socket.socket) -> bool:
    """That there is a connection is enough."""
    return True


def upgrades(sock: socket.socket) -> bool:
    """Whether it makes a WebSocket of a connection."""
    sock.sendall(UPGRADE)
    return _reads(sock, b"\r\n\r\n")


def pongs(sock: socket.socket) -> bool:
    """Whether it answers a ping of the protocol."""
    if not upgrades(sock):
        return False
    sock.sendall(from_client({"action": "ping"}))
    return _reads(sock, b"pong")


def _reads(sock: socket.socket, mark: bytes) -> bool:
    read = b""
    while mark not in read:
        piece = sock.recv(65_536)
        if not piece:
            return False
        read += piece
    return True
