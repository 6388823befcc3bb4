"""What `make bench` measures the simulator against: other people's simulators, and a bare loop in C.

Each module has `run(model, calls, seed)` and runs by itself, in a process of its own, as
`python -m bench.peers.simpy_models A 200000 1`, which prints one line of JSON. The numbers of the models are
in `world`. The libraries are pinned in `requirements.txt`; only `run` imports them.
"""
