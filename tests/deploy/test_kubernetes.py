"""The manifests are valid, are as restricted as they say, and fit together and the service."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from callfloor.web.app import health
from tests.deploy.files import KUBERNETES, served
from tests.deploy.kustomize import Manifest, identity, render

OVERLAYS = ["minikube", "cluster"]
WITH_WORKERS = "workers"
"""Is described in test_worker_pods.py; here it is valid, rendered as kubectl does, and of no unused file."""
VERSIONS = ["1.32", "1.37"]
"""Of Kubernetes: the oldest and the newest whose schemas are at hand."""

overlays = pytest.mark.parametrize("overlay", OVERLAYS)
every_overlay = pytest.mark.parametrize("overlay", [*OVERLAYS, WITH_WORKERS])


def rendered(overlay: str) -> dict[tuple[str, str], Manifest]:
    return render(KUBERNETES / "overlays" / overlay)


def pod_of(overlay: str) -> dict[str, Any]:
    spec = rendered(overlay)["Deployment", "callfloor"]["spec"]["template"]["spec"]
    assert isinstance(spec, dict)
    return spec


def container_of(overlay: str) -> dict[str, Any]:
    (container,) = pod_of(overlay)["containers"]
    assert isinstance(container, dict)
    return container


def test_all_overlays_are_tested() -> None:
    there = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
    assert there == sorted([*OVERLAYS, WITH_WORKERS])


@every_overlay
@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_valid(overlay: str, version: str) -> None:
    for manifest in rendered(overlay).values():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_misspelt_key_is_found() -> None:
    manifest = rendered("cluster")["Deployment", "callfloor"]
    manifest["spec"]["replica"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)


@every_overlay
def test_kubectl_renders_the_same(overlay: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip(
            "kubectl is not installed: the manifests are tested as tests/deploy/kustomize.py renders them"
        )
    result = subprocess.run(
        [kubectl, "kustomize", KUBERNETES / "overlays" / overlay],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    manifests = {identity(manifest): manifest for manifest in yaml.safe_load_all(result.stdout)}
    assert manifests == rendered(overlay)


@pytest.mark.parametrize(
    "folder", [KUBERNETES / "base", KUBERNETES / "workers", *sorted((KUBERNETES / "overlays").iterdir())]
)
def test_each_file_is_used(folder: Path) -> None:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    used = {*kustomization["resources"], *(patch["path"] for patch in kustomization.get("patches", []))}
    assert {path.name for path in folder.iterdir()} - {"kustomization.yaml"} == used - {
        "../../base",
        "../../workers",
    }


@every_overlay
def test_all_is_in_one_namespace(overlay: str) -> None:
    for (kind, name), manifest in rendered(overlay).items():
        if kind == "Namespace":
            assert name == "callfloor"
            assert manifest["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
        else:
            assert manifest["metadata"]["namespace"] == "callfloor"


@overlays
def test_the_pod_is_restricted(overlay: str) -> None:
    pod, container = pod_of(overlay), container_of(overlay)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for key in ("cpu", "memory", "ephemeral-storage"):
        assert key in container["resources"]["requests"]
        assert key in container["resources"]["limits"]
    account = rendered(overlay)["ServiceAccount", pod["serviceAccountName"]]
    assert account["automountServiceAccountToken"] is False


@overlays
def test_there_is_never_a_second_pod_on_the_database(overlay: str) -> None:
    manifests = rendered(overlay)
    deployment = manifests["Deployment", "callfloor"]["spec"]
    assert deployment["replicas"] == 1
    assert deployment["strategy"] == {"type": "Recreate"}
    assert manifests["PersistentVolumeClaim", "callfloor-data"]["spec"]["accessModes"] == ["ReadWriteOnce"]
    for (kind, _), manifest in manifests.items():
        if kind == "HorizontalPodAutoscaler":
            assert manifest["spec"]["minReplicas"] == manifest["spec"]["maxReplicas"] == 1


@overlays
def test_a_node_can_be_drained(overlay: str) -> None:
    budget = rendered(overlay)["PodDisruptionBudget", "callfloor"]["spec"]
    assert budget["maxUnavailable"] == 1
    assert "minAvailable" not in budget


@overlays
def test_parts_name_each_other(overlay: str) -> None:
    manifests, pod, container = rendered(overlay), pod_of(overlay), container_of(overlay)
    labels = manifests["Deployment", "callfloor"]["spec"]["template"]["metadata"]["labels"]
    assert manifests["Deployment", "callfloor"]["spec"]["selector"]["matchLabels"] == labels
    assert manifests["Service", "callfloor"]["spec"]["selector"] == labels
    assert manifests["PodDisruptionBudget", "callfloor"]["spec"]["selector"]["matchLabels"] == labels
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container["volumeMounts"]}
    assert mounts["/data"]["persistentVolumeClaim"]["claimName"] == "callfloor-data"
    assert "emptyDir" in mounts["/tmp"]
    (port,) = container["ports"]
    (opened,) = manifests["Service", "callfloor"]["spec"]["ports"]
    (rule,) = manifests["NetworkPolicy", "callfloor"]["spec"]["ingress"]
    assert opened["targetPort"] == port["name"] == rule["ports"][0]["port"]


@overlays
def test_the_service_takes_its_arguments(overlay: str) -> None:
    container = container_of(overlay)
    options = served(container["args"])
    assert (options["host"], options["port"]) == ("0.0.0.0", container["ports"][0]["containerPort"])
    assert options["db"].startswith("/data/")
    assert options["workers"] == int(container["resources"]["limits"]["cpu"])


@overlays
def test_probes_ask_what_there_is(overlay: str) -> None:
    container = container_of(overlay)
    there = {getattr(route, "path", None) for route in health.routes}
    paths = {name: container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")}
    assert paths == {"startupProbe": "/healthz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}
    assert set(paths.values()) <= there


@overlays
def test_nothing_leaves_the_namespace(overlay: str) -> None:
    policy = rendered(overlay)["NetworkPolicy", "callfloor"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert (policy["podSelector"], policy["egress"]) == ({}, [])


def test_minikube_opens_its_port_and_takes_only_what_was_built_there() -> None:
    service = rendered("minikube")["Service", "callfloor"]["spec"]
    assert service["type"] == "NodePort"
    assert [(port["nodePort"], port["port"]) for port in service["ports"]] == [(30007, 5000)]
    assert container_of("minikube")["imagePullPolicy"] == "Never"
    assert rendered("minikube")["NetworkPolicy", "callfloor"]["spec"]["ingress"] == [
        {"ports": [{"protocol": "TCP", "port": "http"}]}
    ]


def test_elsewhere_no_port_of_a_node_is_open() -> None:
    assert rendered("cluster")["Service", "callfloor"]["spec"]["type"] == "ClusterIP"
