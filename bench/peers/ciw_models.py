"""The models in Ciw, as far as it can express them. Figures are read from the records it keeps of everybody.

- `A`: one node of 100 servers, with exponential arrivals, services and reneging times: Ciw's own ground.
- `B` is beyond its parameters. A node has one kind of server: a priority function can order the free servers
  for a customer, but refuse none, and a service discipline is not told which server is free. So the node's
  class is replaced, as Ciw allows for behaviour of one's own: both choices are made here, all else is Ciw's.
- `C` it cannot express. Arrivals come when a distribution says so, and nothing that happens at a node can
  bring customers in: lines cannot be topped up when an agent becomes ready.

Arrivals cannot be stopped. A run ends when that many customers have left; those still inside are not counted.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

from bench.peers.figures import Figures, Waits, figures_of_queues, main, warm_up_of
from bench.peers.world import (
    AGENTS_A,
    CALLS_PER_S,
    GROUPS,
    HANDLE_S,
    LIMIT_S,
    MU,
    PATIENCE_S,
    QUEUES,
    SCALE,
    SEARCH,
    SHAPE,
    SIGMA,
    TIERS,
)


def erlang_a(ciw: Any, calls: int) -> dict[str, float]:
    """Model A."""
    exponential = ciw.dists.Exponential
    network = ciw.create_network(
        arrival_distributions=[exponential(rate=CALLS_PER_S)],
        service_distributions=[exponential(rate=1.0 / HANDLE_S)],
        reneging_time_distributions=[exponential(rate=1.0 / PATIENCE_S)],
        number_of_servers=[AGENTS_A],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(calls, method="Finish")
    waits = Waits(LIMIT_S)
    count(simulation, {"Customer": waits}, calls)
    return waits.figures()


def count(simulation: Any, waits: dict[str, Waits], calls: int) -> None:
    """Count what the records say, but for the first customers."""
    warm_up = warm_up_of(calls)
    for record in simulation.get_all_records():
        if record.id_number <= warm_up:
            continue
        queue = waits[record.customer_class]
        if record.record_type == "renege":
            queue.abandon(record.waiting_time)
        elif record.waiting_time:
            queue.answer(record.waiting_time)
        else:
            queue.answer_at_once()


NUMBERS = {queue.name: index for index, queue in enumerate(QUEUES)}


def first_waiting(individuals: list[Any]) -> Any:
    """Who has waited longest of a class: in its list are those in service as well."""
    return next((ind for ind in individuals if not ind.server), None)


def skilled_node(ciw: Any) -> type[Any]:
    """A node whose servers have skills. Each queue is a priority class: so it has a list of its own."""

    class SkilledNode(ciw.Node):  # type: ignore[misc]
        newcomer: Any
        freed: Any

        def create_starting_servers(self) -> list[Any]:
            servers: list[Any] = super().create_starting_servers()
            self.groups: list[list[Any]] = []
            for index, group in enumerate(GROUPS):
                first = sum(len(members) for members in self.groups)
                self.groups.append(servers[first : first + group.agents])
                for server in self.groups[-1]:
                    server.group = index
            return servers

        def find_free_server(self, ind: Any) -> Any:
            for group in SEARCH[ind.priority_class]:
                for server in self.groups[group]:
                    if not server.busy:
                        return server
            return None

        def begin_service_if_possible_accept(self, next_individual: Any) -> None:
            self.newcomer, self.freed = next_individual, None
            super().begin_service_if_possible_accept(next_individual)

        def begin_service_if_possible_release(self, next_individual: Any, newly_free_server: Any) -> None:
            self.newcomer, self.freed = None, newly_free_server
            super().begin_service_if_possible_release(next_individual, newly_free_server)

        def choose_next_customer(self) -> Any:
            if self.freed is None:
                return self.newcomer
            for tier in TIERS[self.freed.group]:
                firsts = [first for i in tier if (first := first_waiting(self.individuals[i]))]
                if firsts:
                    return min(firsts, key=lambda ind: ind.arrival_date)
            return None

    return SkilledNode


def multi_skill(ciw: Any, calls: int) -> dict[str, float]:
    """Model B."""
    dists = ciw.dists
    handle = {
        "support": dists.Exponential(rate=1.0 / 170.0) + dists.Deterministic(value=10.0),
        "sales": dists.Lognormal(mean=MU, sd=SIGMA) + dists.Deterministic(value=30.0),
        "billing": dists.Gamma(shape=SHAPE, scale=SCALE) + dists.Exponential(rate=1.0 / 20.0),
    }
    network = ciw.create_network(
        arrival_distributions={queue.name: [dists.Exponential(rate=queue.calls_per_s)] for queue in QUEUES},
        service_distributions={queue.name: [handle[queue.name]] for queue in QUEUES},
        reneging_time_distributions={
            queue.name: [dists.Exponential(rate=1.0 / queue.patience_s)] for queue in QUEUES
        },
        priority_classes=NUMBERS,
        number_of_servers=[sum(group.agents for group in GROUPS)],
    )
    simulation = ciw.Simulation(network, node_class=skilled_node(ciw))
    simulation.simulate_until_max_customers(calls, method="Finish")
    waits = {queue.name: Waits(queue.limit_s) for queue in QUEUES}
    count(simulation, waits, calls)
    return figures_of_queues(waits)


MODELS: dict[str, Callable[[Any, int], dict[str, float]]] = {"A": erlang_a, "B": multi_skill}


def run(model: str, calls: int, seed: int) -> Figures:
    """Simulate until that many calls have left, and read the records."""
    ciw: Any = importlib.import_module("ciw")
    ciw.seed(seed)
    began = time.perf_counter()
    figures = MODELS[model](ciw, calls)
    return Figures(calls, time.perf_counter() - began, figures)


if __name__ == "__main__":
    main(run, tuple(MODELS), __doc__)
