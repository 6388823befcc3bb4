"""Exact answers for small worlds, from another side than the simulator: formulas and Markov chains.

Nothing here knows the simulator. Each module says which world its figures hold in; the figures have the names
and the meaning of a scenario's results, in the long run unless a module says otherwise. Rates are per hour as
in a scenario file, times are seconds. The project's own `callfloor.erlang` is not used: the oracles' tests
compare the two.
"""
