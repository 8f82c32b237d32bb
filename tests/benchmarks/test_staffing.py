"""The staffing case: what it compares, what it leaves out, and that every row agrees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.staffing.peer import beside_pyworkforce
from benchmarks.staffing.reference import compare, read_reference
from benchmarks.staffing.simulated import simulate_scenario
from optimizer.errors import InvalidInput


def row(
    model: str, inputs: str, output: str, value: str, source: str = "computed"
) -> dict[str, str]:
    return {
        "model": model,
        "inputs": inputs,
        "output_name": output,
        "output_value": value,
        "source": source,
    }


def test_every_exact_row_of_the_reference_values_agrees(
    reference_data: Callable[[str], Path],
) -> None:
    found = compare(read_reference(reference_data("staffing/reference_values.csv")))
    assert found.total.max_relative_error <= 1e-6
    assert found.total.printed_agreeing == found.total.printed == 15
    assert found.total.stepped_agreeing == found.total.stepped == 12
    covered = {name: tally.rows_covered for name, tally in found.models.items()}
    assert covered == {
        "erlang_b": 15,
        "erlang_c": 55,
        "erlang_a": 121,
        "erlang_c_required": 5,
        "erlang_a_required": 3,
        "chat_balanced": 28,
        "mmn_nonpreemptive_priority": 7,
        "halfin_whitt": 1,
        "garnett": 10,
        "shrinkage": 2,
        "offered_load_sin": 5,
        "time_varying_staffing": 0,
        "async_deadline_staffing": 0,
        "deferred_fill": 0,
        "capacity_plan": 0,
    }
    left_out = {model: count for (model, _, _), count in found.not_covered.items()}
    assert left_out.pop("email_productivity") == 1
    assert all(model.startswith("sim_") for model in left_out)
    assert found.simulated == {"MMCAb": 6, "SimpleMSK": 13, "singleQueue": 29}
    named = sum(found.not_covered.values()) + len(found.excluded) + found.simulated.total()
    compared = found.total.rows_covered + found.total.printed + found.total.stepped
    assert compared + named == found.rows


def test_a_wrong_exact_value_shows_as_an_error() -> None:
    found = compare([row("erlang_b", "N=1;A=1", "P_block", "0.4")])
    assert found.total.max_absolute_error == pytest.approx(0.1)
    assert found.models["erlang_b"].max_relative_error == pytest.approx(0.25)


def test_a_printed_value_is_held_to_its_last_digit_and_counted_apart() -> None:
    rows = [
        row("erlang_b", "N=1;A=2", "P_block", "0.667", "printed: somewhere"),
        row("erlang_b", "N=1;A=2", "P_block", "0.668", "printed: elsewhere"),
    ]
    found = compare(rows)
    assert (found.total.printed, found.total.printed_agreeing) == (2, 1)
    assert (found.total.rows_covered, found.total.max_absolute_error) == (0, 0.0)


def test_a_value_solved_in_steps_is_held_to_their_square_and_counted_apart() -> None:
    rows = [
        row("erlang_b", "N=1;A=1", "P_block", value, "computed: forward equations, dt=0.002, x")
        for value in ("0.500001", "0.5000025")
    ]
    found = compare(rows)
    assert (found.total.stepped, found.total.stepped_agreeing) == (2, 1)
    assert found.total.max_stepped_error == pytest.approx(5e-6, rel=1e-4)
    assert (found.total.rows_covered, found.total.max_absolute_error) == (0, 0.0)


def test_a_range_is_compared_at_both_ends_and_a_share_as_it_was_printed() -> None:
    sine = "lam=100+20sin(t);mu=1;theta=1;beta=0;rule=PSA: s=ceil(lam)"
    given = "immediate_occupancy=80%;max_occupancy_deferred=95%"
    found = compare(
        [
            row("time_varying_staffing", sine, "staff_min_max", "81..120", "dt=0.002"),
            row("time_varying_staffing", sine, "staff_min_max", "81..121", "dt=0.002"),
            row("deferred_fill", given, "deferred_share_of_agent_time", "up to 15%", "printed: x"),
            row("deferred_fill", given, "deferred_share_of_agent_time", "up to 16%", "printed: x"),
        ]
    )
    assert (found.total.stepped, found.total.stepped_agreeing) == (2, 1)
    assert (found.total.printed, found.total.printed_agreeing) == (2, 1)


def test_a_value_marked_as_wrong_is_excluded_by_name() -> None:
    wrong = row("erlang_b", "N=1;A=1", "P_block", "0.4", "DO NOT USE: misprint")
    found = compare([wrong])
    assert found.excluded == [wrong]
    assert found.models == {}


def test_rows_without_a_model_or_a_figure_are_named_with_the_reason() -> None:
    found = compare(
        [
            row("email_productivity", "", "share", "20-30%"),
            row("sim_day", "as above", "replicated", "in words"),
            row("sim_day", "as above", "served", "12 [11,13]", "printed: x"),
            row("crystal_ball", "x=1", "y", "1"),
            row("erlang_b", "N=1;A=1", "colour", "1"),
            row("erlang_c", "N=1;A=2", "ASA_s", "1"),
        ]
    )
    assert found.simulated == {"day": 1}
    assert [entry["reason"] for entry in found.as_dict()["not_covered"]] == [
        "a benchmark of practice, nothing to compute",
        "a simulation of ours, told in words; the printed rows are what counts",
        "there is no such model here",
        "the model has no such figure",
        "the queue has no steady state",
    ]


def test_every_row_that_cannot_be_understood_is_listed() -> None:
    with pytest.raises(InvalidInput) as caught:
        compare(
            [
                row("erlang_b", "N=x;A=1", "P_block", "0.5"),
                row("erlang_b", "N=1;A=1", "P_block", "0.5"),
                row("erlang_b", "N=1", "P_block", "0.5"),
                row("erlang_b", "N=1.5;A=1", "P_block", "0.5"),
                row("erlang_b", "N=1;A=1", "P_block", "nan"),
                row("offered_load_sin", "lam=3;mu=1;t=0", "m(t)", "3"),
            ]
        )
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("bad_row", "/rows/0"),
        ("missing_input", "/rows/2"),
        ("bad_row", "/rows/3"),
        ("bad_row", "/rows/4"),
        ("bad_row", "/rows/5"),
    ]


def test_the_command_prints_one_json_object(tmp_path: Path) -> None:
    file = tmp_path / "reference.csv"
    file.write_text(
        "model,inputs,output_name,output_value,source\nerlang_b,N=1;A=1,P_block,0.5,x\n"
    )
    shown = CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file), "--json"])
    assert shown.exit_code == 0
    figures = json.loads(shown.stdout)
    assert figures["rows_covered"] == 1
    assert figures["max_absolute_error"] == 0.0
    assert figures["week_of_100_groups"]["intervals"] == 33_600


def test_the_command_tells_a_person_how_many_rows_agree(tmp_path: Path) -> None:
    file = tmp_path / "reference.csv"
    file.write_text("model,inputs,output_name,output_value,source\nemail_productivity,,y,1,x\n")
    shown = CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file)])
    assert shown.exit_code == 0
    assert "1 rows are not covered" in shown.output


def test_scenarios_without_their_parameters_are_left_out_by_name(tmp_path: Path) -> None:
    file = tmp_path / "reference.csv"
    file.write_text(
        "model,inputs,output_name,output_value,source\n"
        'sim_day,as above,served,"12 [11,13]",printed: somewhere\n'
    )
    shown = CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file), "--json"])
    assert json.loads(shown.stdout)["simulated"] == {
        "day": {"left_out": "there is no published_scenarios.json beside the reference"}
    }
    shown = CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file)])
    assert "day: there is no published_scenarios.json" in shown.output


def test_printed_simulations_overlap_ours(reference_data: Callable[[str], Path]) -> None:
    found = simulate_scenario(
        "MMCAb",
        reference_data("staffing/published_scenarios.json"),
        reference_data("staffing/reference_values.csv"),
        days=100,
    )
    assert found["printed"] == found["with_interval"] == found["overlapping"] == 6
    assert found["apart"] == []


def test_pyworkforce_agrees_wherever_it_does_not_pass_over_a_lower_number() -> None:
    pytest.importorskip("pyworkforce")
    found = beside_pyworkforce(500, seed=2)
    for goal in found["goals"].values():
        assert goal["figures"]["largest_difference"] < 1e-12
        agents = goal["least_agents"]
        assert agents["unexplained"] == 0
        explained = agents["lower_number_skipped"] + agents["ceiling_of_a_quotient"]
        assert agents["agreeing"] + explained == 500


def test_without_pyworkforce_the_case_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.staffing.peer.PACKAGE", "no-such-package")
    assert "pip install" in beside_pyworkforce(10, seed=1)["absent"]


@pytest.mark.parametrize("text", [None, "model,inputs\nerlang_b,N=1\n"])
def test_a_file_that_is_missing_or_lacks_columns_is_bad_input(
    text: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "reference.csv"
    if text is not None:
        file.write_text(text)
    assert CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file)]).exit_code == 2
