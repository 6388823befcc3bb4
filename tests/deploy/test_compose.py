"""The compose file is valid and as restricted as it says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, carried, load, run_tool, served, worked

COMPOSE = DEPLOY / "compose.yaml"
POSTGRES = DEPLOY / "compose.postgres.yaml"


@pytest.mark.parametrize("file", [COMPOSE, POSTGRES], ids=lambda file: file.name)
def test_it_is_valid(file: Path) -> None:
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", file)


def test_postgres_is_for_the_service_alone_and_no_password_is_written_down() -> None:
    services = load(POSTGRES)["services"]
    assert not [name for name, service in services.items() if "ports" in service]
    assert services["callfloor"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["callfloor"]["command"][-1] == "postgresql://callfloor@postgres/callfloor"
    names = (("callfloor", "PGPASSWORD"), ("worker", "PGPASSWORD"), ("postgres", "POSTGRES_PASSWORD"))
    for service, name in names:
        assert services[service]["environment"][name].startswith("${POSTGRES_PASSWORD:?")
    assert set(load(POSTGRES)["volumes"]) == {"postgres"}


@pytest.mark.parametrize(
    ("file", "name"), [(COMPOSE, "callfloor"), (POSTGRES, "worker"), (POSTGRES, "carrier")]
)
def test_what_is_ours_is_restricted(file: Path, name: str) -> None:
    service = load(file)["services"][name]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in service.get("tmpfs", ["/tmp"])] == ["/tmp"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid"} & set(service)
    assert service["healthcheck"]["test"][0] == "CMD"


def test_several_workers_find_the_database_and_the_carrier_and_are_given_time_to_drain() -> None:
    services = load(POSTGRES)["services"]
    worker, carrier = services["worker"], services["carrier"]
    options = worked(worker["command"])
    assert options["url"] == served(services["callfloor"]["command"])["db"]
    assert options["carrier"] == f"carrier:{carried(carrier['command'])['port']}"
    assert f":{options['port']}/readyz" in worker["healthcheck"]["test"][-1]
    assert worker["deploy"]["replicas"] > 1
    assert worker["stop_grace_period"] == "30s"
    assert worker["image"] == carrier["image"] == load(COMPOSE)["services"]["callfloor"]["image"]
    assert carrier["entrypoint"] == ["python", "-m", "callfloor.carriers.server"]
    assert carried(carrier["command"])["run_for"] == math.inf


def test_its_database_outlives_it_and_its_port_is_not_for_all() -> None:
    compose = load(COMPOSE)
    service = compose["services"]["callfloor"]
    assert service["volumes"] == ["data:/data"]
    assert set(compose["volumes"]) == {"data"}
    assert service["ports"] == ["127.0.0.1:5000:5000"]
    assert service["healthcheck"]["test"][0] == "CMD"


def test_it_is_built_from_the_checkout() -> None:
    context = (DEPLOY / load(COMPOSE)["services"]["callfloor"]["build"]["context"]).resolve()
    assert (context / "Dockerfile").is_file()
