"""How fast, how much memory: measured side by side in one run, so that the ratios mean something anywhere.

`python -m bench` prints one table; `--quick` shrinks everything to see that it still runs.
"""
