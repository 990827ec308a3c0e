"""`python -m interop [part ...]`: the published client and server, at work with what is made here.

Exit 0: every peer was served, nothing was refused, the published server was judged. 1: not so, and
each reason is told. 3: a part could not be done at all (no network, no server).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from smooth_operator_conformance.servers.process import NotStarted

from interop.corpus import NotRun
from interop.environments import NotMade
from interop.findings import Findings
from interop.judged import NotJudged
from interop.parts import PARTS
from interop.proxied import NotProxied
from interop.puppet import Refused, Silent
from interop.reading import NotRead
from interop.telling import markdown, write_docs

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "interop.md"
CANNOT = (NotMade, NotRun, NotJudged, NotProxied, NotRead, NotStarted, Refused, Silent)


def main() -> int:
    """Do the parts in their order."""
    parser = argparse.ArgumentParser(prog="interop", description=__doc__)
    parser.add_argument("--report", type=Path, default=ROOT / "report" / "interop")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    shutil.rmtree(given.report, ignore_errors=True)
    findings = Findings()
    undone = [name for name in given.parts or PARTS if not _done(name, findings, given.report)]
    findings.write(given.report)
    (given.report / "interop.md").write_text("# Interop\n\n" + markdown(findings), "utf-8")
    for sentence in findings.wrong:
        print(f"WRONG {sentence}", file=sys.stderr)
    if not undone and not given.parts:
        write_docs(DOCS, findings)
    print(f"interop: {_verdict(findings, undone)}; {given.report / 'interop.md'}")
    return 3 if undone else 1 if findings.wrong else 0


def _done(name: str, findings: Findings, report: Path) -> bool:
    """Whether the part was done; what hindered it is told, and never counts as a pass."""
    try:
        PARTS[name](findings, report)
    except CANNOT as error:
        print(f"NOT DONE {name}: {error}", file=sys.stderr)
        return False
    return True


def _verdict(findings: Findings, undone: list[str]) -> str:
    if undone:
        return f"not done: {', '.join(undone)}"
    return f"{len(findings.wrong)} wrong" if findings.wrong else "all as it should be"


if __name__ == "__main__":
    sys.exit(main())
