"""The simulator against exact answers: within limits that chance leaves once in ten thousand suites.

`checking` says what a check is and when it fails, `worlds` builds scenarios, `chains` has a few more oracles
beside `tests.oracles`. Each test module has `CASES`; `python -m tests.oracle_runs` prints what they find.
CALLFLOOR_ORACLE_FACTOR=20 makes twenty times as many replications, for limits that are 4.5 times as narrow.
"""
