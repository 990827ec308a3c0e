"""What the tests of lost sockets share: a turn under way, and the next socket's handshake."""

from __future__ import annotations

S = "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01"
C = "5a3c1f9e-6d57-4a1c-8e7a-0c2b7e1d9b02"
OURS = ["event_seq", "idempotency"]


async def again(stage, capabilities=OURS):
    """The server's end of the client's next socket, after the handshake."""
    wire = await stage.network.accept()
    await wire.welcome(capabilities)
    return wire


async def running(stage, event, *texts):
    """A turn under way, with turn_started as 1 and a token for each text after it."""
    client, wire = await stage.open(OURS)
    turn = client.session(S).send("hi")
    await wire.heard("send_message")
    r = turn.request_id
    wire.say(event("accepted", r))
    wire.say(event("logged", r, event("turn_started", r), 1))
    for seq, text in enumerate(texts, 2):
        wire.say(event("logged", r, event("token", r, text=text), seq))
    for _ in range(1 + len(texts)):
        await turn.__anext__()
    return client, wire, turn


async def rest_of(turn):
    return [each async for each in turn]
