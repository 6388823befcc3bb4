"""Prints what every check of the suite finds: `python -m tests.oracle_runs [words of names]`."""

from __future__ import annotations

import sys
import time

from tests.oracle_runs.suite import CASES


def main(words: list[str]) -> None:
    """Print the findings of those cases whose names have all the words."""
    for case in CASES:
        if not all(word in case.name for word in words):
            continue
        began = time.perf_counter()
        result = case.run()
        took_s = time.perf_counter() - began
        findings = case.findings()
        exact_s = time.perf_counter() - began - took_s
        print(f"{case.name} ({result.calls:,} calls, {took_s:.2f} s, oracle {exact_s:.2f} s)")
        for finding in findings:
            print(" " if finding.is_right else "!", " " if finding.is_narrow else "w", finding)


if __name__ == "__main__":
    main(sys.argv[1:])
