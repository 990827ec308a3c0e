"""The command line: write, check, or compare two revisions of the contract."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from smooth_operator_codegen.reader import read
from smooth_operator_codegen.refusal import SpecError
from smooth_operator_codegen.source import (
    from_folder,
    from_revision,
    repository,
    valid_fixtures,
    valid_fixtures_at,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: done or in step. 1: drift, or a version that hides a change. 2: bad spec."""
    options = _parser().parse_args(arguments)
    root: Path = options.root
    try:
        if options.diff is not None:
            return _diff(root, options.diff)
        return _generate(root, check=options.check)
    except SpecError as error:
        print(f"spec/{error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smooth-codegen", description="Generate code and reference pages from spec/."
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail on any drift")
    parser.add_argument(
        "--diff", metavar="REF", help="compare spec/ with its state at a git revision"
    )
    parser.add_argument(
        "--root", type=Path, default=repository(), help="the checkout to work on (default: this)"
    )
    return parser


def _generate(root: Path, *, check: bool) -> int:
    from smooth_operator_codegen.generate import drift, generate, write

    made = generate(read(from_folder(root / "spec")))
    changes = drift(root, made.files) if check else write(root, made.files)
    for each in changes:
        print(each)
    print(
        f"{len(made.files)} files, {len(changes)} {'out of step' if check else 'written'};"
        f" emitters {made.ours:.2f} s, python models {made.models:.2f} s"
    )
    return 1 if check and changes else 0


def _diff(root: Path, revision: str) -> int:
    from smooth_operator_codegen.diff import compare, compare_fixtures, needed_bump, version_says

    before = read(from_revision(root, revision))
    after = read(from_folder(root / "spec"))
    fixtures = valid_fixtures_at(root, revision), valid_fixtures(root / "spec")
    changes = [*compare_fixtures(*fixtures), *compare(before, after)]
    for each in changes:
        print(each)
    bump = needed_bump(changes)
    enough = version_says(before, after, bump)
    print(
        f"{before.version} -> {after.version}, protocol {before.protocol_version} ->"
        f" {after.protocol_version}: the changes are {bump.value},"
        f" {'and the version says so' if enough else 'which the version does not say'}"
    )
    return 0 if enough else 1
