"""Which neighbours have a fixed order: the pairs that a swap may exchange.

The contract orders these on one socket (catalogue: answers first, prompt before its chunk, ack
before what it sets off, everything before the terminal event). Pairs that may come either way, such
as `pong` and a token, are no faults and not listed.
"""

from __future__ import annotations

ACK_FIRST = ("turn_started", "stream_token", "stream_chunk", "park_resolved", "stream_reasoning")
PROMPTS = ("write_confirmation_required", "interaction_required", "otp_verification_required")
UNASKED = ("eventual_response", "error")
"""Terminal events that nobody asks for; the frame that cancels stands before `cancelled`."""

NEIGHBOURS: tuple[tuple[str, str], ...] = (
    *(("immediate_response", later) for later in (*ACK_FIRST, *PROMPTS, *UNASKED)),
    ("turn_started", "stream_token"),
    ("turn_started", "stream_chunk"),
    ("turn_started", "stream_reasoning"),
    ("turn_started", "eventual_response"),
    *((prompt, "stream_chunk") for prompt in PROMPTS),
    *(("stream_chunk", prompt) for prompt in PROMPTS[:2]),
    *((before, last) for before in ("stream_token", "stream_chunk") for last in UNASKED),
    ("stream_chunk", "otp_sent"),
    ("stream_chunk", "stream_chunk"),
    ("stream_chunk", "stream_token"),
    ("stream_reasoning", "stream_token"),
    ("stream_preamble", "stream_token"),
    ("stream_token", "stream_token"),
    ("stream_token", "stream_chunk"),
    ("stream_token", "write_confirmation_required"),
    ("stream_token", "otp_verification_required"),
    ("otp_verification_required", "otp_sent"),
    ("otp_sent", "eventual_response"),
    ("otp_verified", "park_resolved"),
    ("otp_verified", "stream_chunk"),
    ("park_resolved", "stream_chunk"),
    ("park_resolved", "cancelled"),
    ("immediate_response", "immediate_response"),
    ("pong", "immediate_response"),
    ("immediate_response", "pong"),
    ("pong", "pong"),
    ("error", "immediate_response"),
)
