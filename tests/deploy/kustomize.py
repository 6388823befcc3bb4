"""As much of kustomize as the manifests use, since no package of it can be had; anything else is refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from tests.deploy.files import load

Manifest = dict[str, Any]

HEAD = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
MERGED_BY = {("Deployment", "containers"): "name", ("Service", "ports"): "port"}
"""By kind and key: what tells items of a list apart. All other lists are replaced whole."""


def identity(manifest: Manifest) -> tuple[str, str]:
    """What a patch finds its manifest by."""
    return manifest["kind"], manifest["metadata"]["name"]


def render(folder: Path) -> dict[tuple[str, str], Manifest]:
    """The manifests that `kubectl apply -k` would send, by kind and name."""
    kustomization = load(folder / "kustomization.yaml")
    assert {key: kustomization.pop(key) for key in HEAD} == HEAD
    manifests: dict[tuple[str, str], Manifest] = {}
    for resource in kustomization.pop("resources"):
        path = folder / resource
        found = render(path).values() if path.is_dir() else [load(path)]
        for manifest in found:
            assert identity(manifest) not in manifests, f"{path}: {identity(manifest)} is there already"
            manifests[identity(manifest)] = manifest
    for patch in kustomization.pop("patches", []):
        assert set(patch) == {"path"}
        change = load(folder / patch["path"])
        name = identity(change)
        if change.get("$patch") == "delete":
            del manifests[name]
        else:
            manifests[name] = merged(manifests[name], change, name[0])
    assert not kustomization, f"{folder}: keys that the tests cannot render: {sorted(kustomization)}"
    return manifests


def merged(old: Manifest, change: Manifest, kind: str) -> Manifest:
    """A manifest, or a part of one, with a strategic merge patch applied."""
    new = copy.deepcopy(old)
    for key, value in change.items():
        mark = MERGED_BY.get((kind, key))
        if isinstance(value, dict) and isinstance(new.get(key), dict):
            new[key] = merged(new[key], value, kind)
        elif mark is not None:
            items = {item[mark]: item for item in new.get(key, [])}
            changed = {item[mark]: merged(items.get(item[mark], {}), item, kind) for item in value}
            new[key] = list((items | changed).values())
        else:
            new[key] = value
    return new
