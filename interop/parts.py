"""The parts of an interop run, in their order; each prints its figures and adds its findings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from interop import corpus
from interop.environments import CLIENTS, SERVER, Published, newest, prepare
from interop.findings import Findings
from interop.frames import frames_of
from interop.judged import judge
from interop.proxied import proxied
from interop.reading import read
from interop.visit import visit

Part = Callable[[Findings, Path], None]


def clients(findings: Findings, _: Path) -> None:
    """Both published clients play every act at our server."""
    for name in CLIENTS:
        published = _prepared(findings, name)
        played = findings.visits[published.title] = asyncio.run(visit(published))
        counts = {o: sum(p.outcome == o for p in played) for o in ("passed", "failed")}
        lacking = [p.act for p in played if p.outcome == "not in its API"]
        more = f", {len(lacking)} not in its API ({', '.join(lacking)})" if lacking else ""
        print(f"{published.title}: {counts['passed']} acts passed, {counts['failed']} failed{more}")
        failed = [p for p in played if p.outcome == "failed"]
        findings.wrong += [f"{published.title}: {p.act}: {p.detail}" for p in failed]


def frames(findings: Findings, report: Path) -> None:
    """The models of both clients read what our server sent in a run of the corpus."""
    published = [_prepared(findings, name) for name in CLIENTS]
    if not corpus.run("python", report / "ours"):
        print("that run of the corpus was not green, which `nox -s conformance` is there to judge")
    sent = list(frames_of(report / "ours"))
    for client in published:
        reading = findings.readings[client.title] = read(client, sent)
        print(f"{client.title}: {reading.line}")
        for refused in reading.refused[:20]:
            told = f"{refused['type']} of {refused['case']}: {refused['why']}"
            findings.wrong.append(f"{client.title} refuses {told}")


def server(findings: Findings, report: Path) -> None:
    """The corpus on the published server."""
    published = _prepared(findings, SERVER)
    corpus.run("published-python", report / "published")
    findings.judgement = judge(report / "published")
    print(f"{published.title}: {findings.judgement.line}")
    found = findings.judgement.comparison
    assertions = f"{len(found.seen)} different assertions failed"
    print(f"{assertions}; {found.in_question} requirements in question")


def proxy(findings: Findings, report: Path) -> None:
    """The published client at the published server, the runner's proxy between them."""
    _prepared(findings, SERVER)
    client = _prepared(findings, CLIENTS[-1])
    found = findings.proxied = asyncio.run(proxied(client, report / "proxy"))
    print(f"proxy: {found.line}")
    if not any(named.counted and named.side == "server" for named in found.violations):
        findings.wrong.append("the proxy named no violation of the published server")
    if found.ours != "green":
        findings.wrong.append("what the proxy recorded does not replay against our server")


def _prepared(findings: Findings, name: str) -> Published:
    """The environment, its version noted; says once when the index has a newer one."""
    published = prepare(name)
    if name not in findings.versions:
        findings.versions[name] = published.title
        if "newest" in name or name == SERVER:
            findings.newer[name] = latest = newest(published)
            if not latest:
                print(f"{published.title}: whether there is a newer one could not be told")
            elif latest != published.version:
                print(f"{published.title}: the index has {latest}; the pins in interop/pins lag")
    return published


PARTS: Mapping[str, Part] = {
    "clients": clients,
    "frames": frames,
    "server": server,
    "proxy": proxy,
}
