"""The overlay with workers: how they end, what they reach, what is asked of them; the service beside them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from callfloor.live.worker import LEASE_S
from callfloor.web.probes import Probes
from tests.deploy.files import KUBERNETES, carried, served, worked
from tests.deploy.kustomize import Manifest, render

MANIFESTS = render(KUBERNETES / "overlays" / "workers")
WORKER = MANIFESTS["Deployment", "callfloor-worker"]["spec"]
POD: dict[str, Any] = WORKER["template"]["spec"]
CARRIER: dict[str, Any] = MANIFESTS["Deployment", "callfloor-carrier"]["spec"]["template"]["spec"]
SERVICE: dict[str, Any] = MANIFESTS["Deployment", "callfloor"]["spec"]["template"]["spec"]

DATABASE = {
    "name": "PGPASSWORD",
    "valueFrom": {"secretKeyRef": {"name": "callfloor-database", "key": "password"}},
}


def container_of(pod: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod["containers"]
    assert isinstance(container, dict)
    return container


def policy(name: str) -> Manifest:
    spec = MANIFESTS["NetworkPolicy", name]["spec"]
    assert isinstance(spec, dict)
    return spec


def ports(rules: list[dict[str, Any]]) -> set[object]:
    return {port["port"] for rule in rules for port in rule["ports"]}


@pytest.mark.parametrize("pod", [POD, CARRIER, SERVICE], ids=["worker", "carrier", "service"])
def test_every_pod_is_restricted(pod: dict[str, Any]) -> None:
    container = container_of(pod)
    assert pod["automountServiceAccountToken"] is False
    assert ("ServiceAccount", pod["serviceAccountName"]) in MANIFESTS
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory", "ephemeral-storage"} <= set(container["resources"]["requests"])
    assert {"memory", "ephemeral-storage"} <= set(container["resources"]["limits"])


def test_there_are_several_workers_and_they_go_one_by_one() -> None:
    assert WORKER["replicas"] > 1
    assert WORKER["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert WORKER["minReadySeconds"] >= LEASE_S
    budget = MANIFESTS["PodDisruptionBudget", "callfloor-worker"]["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"] == WORKER["selector"]["matchLabels"]
    labels = WORKER["template"]["metadata"]["labels"]
    assert WORKER["selector"]["matchLabels"].items() <= labels.items()
    (spread,) = POD["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == WORKER["selector"]["matchLabels"]


def test_they_are_given_time_to_hand_over_their_floors() -> None:
    assert POD["terminationGracePeriodSeconds"] >= 4 * LEASE_S
    assert "lifecycle" not in container_of(POD)


def test_they_find_the_database_and_the_carrier() -> None:
    container = container_of(POD)
    options = worked(container["args"])
    assert container["env"] == [DATABASE]
    assert options["url"] == served(container_of(SERVICE)["args"])["db"]
    (port,) = MANIFESTS["Service", "callfloor-carrier"]["spec"]["ports"]
    assert options["carrier"] == f"callfloor-carrier:{port['port']}"
    assert not options["simulated_agents"]
    (opened,) = container_of(CARRIER)["ports"]
    assert port["targetPort"] == opened["name"]
    listens = carried(container_of(CARRIER)["args"])
    assert (listens["host"], listens["port"]) == ("0.0.0.0", opened["containerPort"])
    assert listens["run_for"] == math.inf


def test_probes_and_prometheus_ask_what_there_is() -> None:
    container = container_of(POD)
    (port,) = container["ports"]
    options = worked(container["args"])
    assert (options["host"], options["port"]) == ("0.0.0.0", port["containerPort"])
    asked = {name: container[name]["httpGet"] for name in container if name.endswith("Probe")}
    assert {name: each["path"] for name, each in asked.items()} == {
        "startupProbe": "/healthz",
        "readinessProbe": "/readyz",
        "livenessProbe": "/healthz",
    }
    assert {each["port"] for each in asked.values()} == {port["name"]}
    annotations = WORKER["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(port["containerPort"])
    pages = Probes(None, None).pages  # type: ignore[arg-type]
    assert {annotations["prometheus.io/path"], *(each["path"] for each in asked.values())} <= set(pages)


def test_they_reach_what_they_need_and_are_reached_by_prometheus_alone() -> None:
    rules = policy("callfloor-worker")
    assert rules["podSelector"]["matchLabels"] == WORKER["selector"]["matchLabels"]
    assert ports(rules["ingress"]) == {container_of(POD)["ports"][0]["name"]}
    assert ports(rules["egress"]) == {53, 5432, 5038, 4318}


def test_the_carrier_takes_orders_of_workers_alone() -> None:
    rules = policy("callfloor-carrier")
    (rule,) = rules["ingress"]
    assert rule["from"] == [{"podSelector": {"matchLabels": WORKER["selector"]["matchLabels"]}}]
    assert ports(rules["ingress"]) == {container_of(CARRIER)["ports"][0]["name"]}


def test_the_service_is_on_the_same_database_and_reaches_nothing_else() -> None:
    container = container_of(SERVICE)
    assert DATABASE in container["env"]
    options = served(container["args"])
    assert (options["host"], options["port"]) == ("0.0.0.0", container["ports"][0]["containerPort"])
    assert ports(policy("callfloor")["egress"]) == {53, 5432}
    assert MANIFESTS["Deployment", "callfloor"]["spec"]["replicas"] == 1
    keys = [each["valueFrom"]["secretKeyRef"] for each in container["env"][1:]]
    assert keys == [{"name": "callfloor-webhook", "key": "keys", "optional": True}]


def test_no_password_is_written_down() -> None:
    assert not [kind for kind, _ in MANIFESTS if kind == "Secret"]
