"""The compose file is valid and as restricted as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, load, run_tool

COMPOSE = DEPLOY / "compose.yaml"
POSTGRES = DEPLOY / "compose.postgres.yaml"


@pytest.mark.parametrize("file", [COMPOSE, POSTGRES], ids=lambda file: file.name)
def test_it_is_valid(file: Path) -> None:
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", file)


def test_postgres_is_for_the_service_alone_and_no_password_is_written_down() -> None:
    services = load(POSTGRES)["services"]
    assert "ports" not in services["postgres"]
    assert services["callfloor"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["callfloor"]["command"][-1] == "postgresql://callfloor@postgres/callfloor"
    for service, name in (("callfloor", "PGPASSWORD"), ("postgres", "POSTGRES_PASSWORD")):
        assert services[service]["environment"][name].startswith("${POSTGRES_PASSWORD:?")
    assert set(load(POSTGRES)["volumes"]) == {"postgres"}


def test_the_service_is_restricted() -> None:
    service = load(COMPOSE)["services"]["callfloor"]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid"} & set(service)


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
