"""What can be said of compose.yaml and of Prometheus' files without starting anything."""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from api.app import create_app
from api.cli import main
from api.config import PREFIX, Settings
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, submit
from api.jobs.records import Outcome, Problem
from api.metrics.jobs import RUNNER
from api.store import open_store, upgrade

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "callboard"}
PROMETHEUS = ROOT / "deploy" / "prometheus"
KEYS = {
    "image", "build", "command", "environment", "secrets", "ports", "healthcheck", "volumes",
    "stop_grace_period", "cpus", "mem_limit", "pids_limit", "depends_on", "read_only", "tmpfs",
    "cap_drop", "security_opt", "restart", "init", "deploy", "shm_size",
}  # fmt: skip


def test_all_parts_of_the_service_are_there() -> None:
    assert set(SERVICES) == {
        "api", "runner", "scheduler", "worker", "database", "prometheus"
    }  # fmt: skip
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


def test_services_say_nothing_that_compose_does_not_know() -> None:
    assert [key for service in SERVICES.values() for key in service if key not in KEYS] == []
    assert set(COMPOSE) == {"services", "secrets", "volumes", "x-callboard", "x-database"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_hardened_bounded_and_restarted(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] == "unless-stopped"
    assert {"cpus", "mem_limit", "pids_limit"} <= set(service)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_how_it_is_watched(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check.get("disable") is True or check["test"][0] == "CMD"


def test_secrets_and_volumes_are_declared() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])
    named = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if not volume.startswith(".")
    }
    assert named == set(COMPOSE["volumes"])


def test_secrets_stand_in_no_environment_but_in_files_that_are_not_kept() -> None:
    secret = {f.name for f in dataclasses.fields(Settings) if f.metadata.get("secret")}
    variables = {PREFIX + name.upper() for name in secret}
    given = {name for service in SERVICES.values() for name in service.get("environment", ())}
    assert given.isdisjoint(variables)
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert all(entry["file"].startswith("deploy/secrets/") for entry in COMPOSE["secrets"].values())


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_with_a_value_that_it_takes(name: str, tmp_path: Path) -> None:
    environment = {key: str(value) for key, value in OURS[name].get("environment", {}).items()}
    for secret in OURS[name].get("secrets", ()):
        file = tmp_path / secret
        file.write_text("postgresql+psycopg://callboard:word@database/callboard")
        environment = {
            key: value.replace(f"/run/secrets/{secret}", str(file))
            for key, value in environment.items()
        }
    settings = Settings.from_environment(environment)
    known = {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}
    assert {key.removesuffix("_FILE") for key in environment} <= known
    if "database_url" in OURS[name].get("secrets", ()):
        assert settings.database_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_the_image_with_options_that_it_has(name: str) -> None:
    tool, command, *options = OURS[name]["command"]
    if tool == "callboard":
        shown = CliRunner().invoke(main, [command, "--help"]).output
    else:
        module = importlib.import_module(f"distributed.cli.dask_{command}")
        shown = CliRunner().invoke(module.main, ["--help"]).output
    assert "Usage:" in shown
    switches = [option for option in options if option.startswith("--")]
    known = set(re.findall(r"--[\w-]+", shown))
    assert [switch for switch in switches if switch not in known] == []


def test_prometheus_asks_a_route_that_exists_of_a_service_that_exists() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    (scrape,) = config["scrape_configs"]
    assert scrape["metrics_path"] in create_app(Settings()).api_doc["paths"]
    ((target,),) = [entry["targets"] for entry in scrape["static_configs"]]
    host, _, port = target.partition(":")
    assert host in OURS
    assert port in OURS[host]["command"] or f":{port}" in str(OURS[host]["ports"])
    assert scrape["authorization"]["credentials_file"] == "/run/secrets/prometheus_key"
    assert all((PROMETHEUS / name).is_file() for name in config["rule_files"])


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What /metrics tells of a service that has answered and has done and failed a job."""
    url = f"sqlite:///{tmp_path_factory.mktemp('figures')}/callboard.db"
    with closing(open_store(url)) as store:
        upgrade(store)
        lease = take(store, RUNNER, "me", 60)
        assert lease is not None
        desk = Desk(store, lease, attempts=3)
        for ends in ("done", "failed"):
            asked = Submission("main", "rosters", b"{}", seconds=1.0)
            job, _ = submit(store, asked, max_queued=9)
            desk.claim(1)
            if ends == "done":
                desk.finish(job.id, Outcome((), None, 2.0, 1.0, {"short_hours": 1.0}))
            else:
                desk.fail(job.id, Problem("urn:x", "x", 500, "x", ()))
        app = create_app(Settings(access="open", database_url=url))
        client = app.test_client()
        client.post("/v1/assignments", json={})
        yield client.get("/metrics").get_data(as_text=True)
        app.extensions["callboard.store"].close()


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_looks_at_figures_that_the_service_tells(
    rule: dict[str, Any], figures: str
) -> None:
    names = set(re.findall(r"callboard_\w+", rule["expr"]))
    told = {line.split("{")[0].split(" ")[0] for line in figures.splitlines() if line[0] != "#"}
    assert names <= told
    # Labels that are matched are those of the figure.
    for name, matched in re.findall(r"(callboard_\w+)\{([^}]*)\}", rule["expr"]):
        (line, *_) = [line for line in figures.splitlines() if line.startswith(f"{name}{{")]
        assert all(f'{label}="' in line for label in re.findall(r"(\w+)=", matched))
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
