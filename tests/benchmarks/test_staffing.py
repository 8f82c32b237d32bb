"""The staffing case: what it compares, what it leaves out, and that every row agrees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.cases.staffing import compare, read_reference
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
    assert found.total.printed_agreeing == found.total.printed == 12
    covered = {name: tally.rows_covered for name, tally in found.models.items()}
    assert covered == {
        "erlang_b": 15,
        "erlang_c": 55,
        "erlang_a": 121,
        "erlang_c_required": 5,
        "erlang_a_required": 3,
        "shrinkage": 2,
    }
    named = sum(found.not_covered.values()) + len(found.excluded)
    assert found.total.rows_covered + found.total.printed + named == found.rows


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


def test_a_value_marked_as_wrong_is_excluded_by_name() -> None:
    wrong = row("erlang_b", "N=1;A=1", "P_block", "0.4", "DO NOT USE: misprint")
    found = compare([wrong])
    assert found.excluded == [wrong]
    assert found.models == {}


def test_rows_without_a_model_or_a_figure_are_named_with_the_reason() -> None:
    found = compare(
        [
            row("garnett", "beta=1", "P_wait", "0.1"),
            row("crystal_ball", "x=1", "y", "1"),
            row("erlang_b", "N=1;A=1", "colour", "1"),
            row("erlang_c", "N=1;A=2", "ASA_s", "1"),
        ]
    )
    assert [entry["reason"] for entry in found.as_dict()["not_covered"]] == [
        "a heavy-traffic limit; the exact Erlang A is used instead",
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
            ]
        )
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("bad_row", "/rows/0"),
        ("missing_input", "/rows/2"),
        ("bad_row", "/rows/3"),
        ("bad_row", "/rows/4"),
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
    file.write_text("model,inputs,output_name,output_value,source\ngarnett,beta=1,P_wait,0.1,x\n")
    shown = CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file)])
    assert shown.exit_code == 0
    assert "1 rows are not covered" in shown.output


@pytest.mark.parametrize("text", [None, "model,inputs\nerlang_b,N=1\n"])
def test_a_file_that_is_missing_or_lacks_columns_is_bad_input(
    text: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "reference.csv"
    if text is not None:
        file.write_text(text)
    assert CliRunner().invoke(main, ["bench", "staffing", "--reference", str(file)]).exit_code == 2
