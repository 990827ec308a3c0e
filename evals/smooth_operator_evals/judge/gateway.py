"""Asks the judge's model over an OpenAI-compatible gateway; patient, and never tells the key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from smooth_operator_evals.judge.gate import JudgeSettings
from smooth_operator_evals.judge.reading import JudgeError, shorten

ATTEMPTS = 3
SECONDS = 120.0
LONGEST_PAUSE = 30.0
MOST_TOKENS = 2000
AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})
_REMEDIES = {
    401: " (check SMOOAI_GATEWAY_KEY)",
    403: " (check SMOOAI_GATEWAY_KEY)",
    404: " (check SMOOAI_GATEWAY_URL and SMOOTH_AGENT_JUDGE_MODEL)",
}
Sleep = Callable[[float], Awaitable[None]]


class JudgeGateway:
    """One gateway. `sleep` is the pause between attempts."""

    def __init__(self, settings: JudgeSettings, *, sleep: Sleep = asyncio.sleep) -> None:
        self._settings = settings
        self._sleep = sleep

    async def ask(self, prompt: str) -> str:
        """The model's reply; raises `JudgeError` when there is none after all attempts."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for attempt in range(1, ATTEMPTS + 1):
                last = attempt == ATTEMPTS
                try:
                    status, headers, body = await self._post(session, prompt)
                except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                    if last:
                        raise JudgeError(self._unreachable(error)) from None
                    status, headers, body = 0, {}, None
                if status == 200:
                    return _content(body)
                if status and (last or status not in AGAIN):
                    raise JudgeError(self._refused(status, body))
                await self._sleep(_pause(headers, attempt))
        raise AssertionError("the last attempt returns or raises")

    async def _post(
        self, session: aiohttp.ClientSession, prompt: str
    ) -> tuple[int, Mapping[str, str], Any]:
        body = {
            "model": self._settings.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
        }
        headers = {"Authorization": f"Bearer {self._settings.key}"}
        url = f"{self._settings.url.rstrip('/')}/chat/completions"
        async with session.post(url, json=body, headers=headers, allow_redirects=False) as reply:
            try:
                content = await reply.json(content_type=None)
            except ValueError:
                content = None
            return reply.status, reply.headers, content

    def _unreachable(self, error: Exception) -> str:
        """In our own words: an HTTP client's errors may quote headers and addresses."""
        if isinstance(error, TimeoutError):
            return f"the judge's gateway said nothing for {SECONDS:g} s"
        return "the judge's gateway cannot be reached: check SMOOAI_GATEWAY_URL"

    def _refused(self, status: int, body: Any) -> str:
        reason = body.get("error") if isinstance(body, dict) else None
        reason = reason.get("message") if isinstance(reason, dict) else reason
        text = f": {shorten(self._without_key(str(reason)))}" if reason else ""
        tries = f" {ATTEMPTS} times" if status in AGAIN else ""
        return f"the judge's gateway answered {status}{tries}{text}{_REMEDIES.get(status, '')}"

    def _without_key(self, text: str) -> str:
        return text.replace(self._settings.key, "********")


def _content(body: Any) -> str:
    try:
        content = body["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise JudgeError("the judge's gateway answered no chat completion") from None
    if not isinstance(content, str) or not content.strip():
        raise JudgeError("the judge's model said nothing")
    return content


def _pause(headers: Mapping[str, str], attempt: int) -> float:
    """What the gateway asks for, within reason; else one, two, four seconds."""
    asked = headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE) if asked.isdecimal() else 2.0 ** (attempt - 1)
