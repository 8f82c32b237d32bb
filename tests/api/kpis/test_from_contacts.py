"""Figures of contacts agree with what is counted by hand, and with the simulator's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from api.data.contact_fields import Contact
from api.kpis.attributes import Centre, Slice
from api.kpis.clocks import count_clocks
from api.kpis.figures import Tally, add_up, figures_of
from api.kpis.from_contacts import count_contacts, count_drivers
from optimizer.model import (
    Channel,
    ChannelKind,
    Denominator,
    Flow,
    FlowKind,
    Organisation,
    ServiceGoal,
    TimeGrid,
)
from optimizer.simulation import Settings, Study, try_out
from tests.optimizer.builders import MONDAY, organisation
from tests.optimizer.simulation.builders import always, two_groups, work

CENTRE = Centre.of(organisation())
NOON = 1_795_000_000.0


def contact(**told: object) -> Contact:
    return Contact(**{"group": "voice:orders", "created": NOON} | told)  # type: ignore[arg-type]


def answered(after_s: float, **told: object) -> Contact:
    return contact(first_response=NOON + after_s, **told)


def value(name: str, *contacts: Contact, centre: Centre = CENTRE) -> tuple[float | None, float]:
    figure = figures_of(add_up(count_contacts(contacts, centre).values()))[name]
    return figure.value, figure.of


def with_goal(goal: ServiceGoal) -> Centre:
    base = organisation()
    groups = tuple(replace(group, goal=goal) for group in base.groups)
    return Centre.of(replace(base, groups=groups))


@pytest.mark.parametrize(
    ("denominator", "expected"),
    [
        (Denominator.OFFERED, (2 / 5, 5)),
        (Denominator.ANSWERED, (2 / 3, 3)),
        (Denominator.EXCLUDING_SHORT_ABANDONS, (2 / 4, 4)),
        (Denominator.VIRTUAL, (None, 0)),
    ],
)
def test_the_service_level_has_the_denominator_of_the_goal(
    denominator: Denominator, expected: tuple[float | None, float]
) -> None:
    log = [
        *(answered(seconds) for seconds in (5.0, 20.0, 21.0)),
        *(contact(abandoned=NOON + seconds) for seconds in (20.0, 60.0)),
    ]
    centre = with_goal(ServiceGoal(0.8, 20.0, denominator))
    assert value("service_level", *log, centre=centre) == expected


def test_waits_and_abandonment_are_counted_where_outcomes_are_told() -> None:
    log = [answered(10.0), answered(30.0), contact(abandoned=NOON + 40.0), contact()]
    assert value("mean_answer_s", *log) == (20.0, 2)
    assert value("abandonment", *log) == (0.25, 4)
    # A log that tells nobody's outcome does not say that nobody gave up.
    assert value("abandonment", contact(), contact()) == (None, 0)
    tickets = replace(CENTRE, kinds=dict.fromkeys(CENTRE.kinds, ChannelKind.EMAIL))
    assert value("abandonment", *log, centre=tickets) == (None, 0)
    assert value("contacts", contact(), contact()) == (2, 2)


def test_what_is_not_told_is_null() -> None:
    for name in ("first_contact_resolution", "repeat_rate", "transfer_rate", "aht_s", "cost"):
        assert value(name, answered(10.0)) == (None, 0)


def test_shares_are_of_those_that_tell() -> None:
    log = [
        answered(1.0, resolved_at_first=True, transferred=False, handled_s=100.0),
        answered(1.0, resolved_at_first=False, transferred=True, handled_s=300.0),
        answered(1.0),
    ]
    assert value("first_contact_resolution", *log) == (0.5, 2)
    assert value("transfer_rate", *log) == (0.5, 2)
    assert value("aht_s", *log) == (200.0, 2)


def test_a_contact_came_again_unless_it_was_handed_on_or_long_ago() -> None:
    day = 86_400.0
    times = (0.0, 6 * day, 14 * day, 14 * day + 60.0)
    log = [
        contact(case_id="k", created=NOON + at, transferred=at == 14 * day) for at in times
    ]  # fmt: skip
    assert value("repeat_rate", *log, contact(case_id="other"), contact()) == (1 / 5, 5)
    earlier = [contact(case_id="k", created=NOON - day)]
    tallies = count_contacts([contact(case_id="k")], CENTRE, earlier)
    assert figures_of(add_up(tallies.values()))["repeat_rate"].value == 1.0


def test_a_contact_belongs_where_its_agent_is_unless_it_says_otherwise() -> None:
    log = [contact(agent="a2"), contact(agent="a2", site="cork"), contact(agent="nobody")]
    places = set(count_contacts(log, CENTRE))
    group = Slice("voice:orders", "voice", "front_line")
    assert places == {
        replace(group, site="paris", vendor="outside"),
        replace(group, site="cork", vendor="outside"),
        group,
    }


def test_drivers_stand_by_their_hours() -> None:
    log = [
        contact(driver="late", handled_s=100.0),
        contact(driver="late"),
        contact(driver="bill", handled_s=300.0),
        contact(),
    ]
    assert [(d.driver, d.contacts, d.handled, d.handled_s) for d in count_drivers(log)] == [
        ("bill", 1, 1, 300.0),
        ("late", 2, 1, 100.0),
    ]


def logged(study: Study, centre: Organisation, start: float) -> list[Contact]:
    """Return the contacts of a replication as a log would tell them."""
    rows = study.records[0]
    lines = [centre.groups[line.group].id for line in study.trial.lines]
    again = set(zip(rows["case"].tolist(), rows["hop"].tolist(), strict=True))
    found = []
    for row in rows:
        created = start + float(row["arrival"])
        end = created + float(row["wait"])
        outcome = ("left", "answered", "gave up")[row["outcome"]]
        found.append(
            Contact(
                group=lines[row["origin"]],
                created=created,
                case_id=str(row["case"]),
                first_response=end if outcome == "answered" else None,
                abandoned=end if outcome == "gave up" else None,
                resolved=start + float(row["end"])
                if outcome == "answered" and (int(row["case"]), int(row["hop"]) + 1) not in again
                else None,
            )
        )
    return found


def test_a_simulated_day_has_the_simulators_own_figures() -> None:
    goals = [
        ServiceGoal(0.8, 20.0, Denominator.EXCLUDING_SHORT_ABANDONS),
        ServiceGoal(0.8, 60.0, Denominator.ANSWERED),
    ]
    centre = replace(
        two_groups(
            9,
            {"patience_seconds": 60.0, "goal": goals[0]},
            {"patience_seconds": 300.0, "goal": goals[1]},
        ),
        flows=(Flow("voice:orders", "voice:orders", 0.3, FlowKind.REPEAT, 30.0),),
    )
    volumes = work(centre, [30.0, 12.0], 320.0)
    volumes[0][:, 90:] = 0.0  # so that everybody who comes again does so before the end
    study = try_out(
        centre,
        always(centre),
        *volumes,
        settings=Settings(absence=0.0, replications=1, records=1),
    )
    log = logged(study, centre, NOON)
    tallies = count_contacts(log, Centre.of(centre))
    for row, group in enumerate(centre.groups):
        of_group: Tally = add_up(t for place, t in tallies.items() if place.group == group.id)
        figures = figures_of(of_group)
        expected = {
            "contacts": study.estimate("offered", row),
            "service_level": study.estimate(f"service_level.{goals[row].denominator}", row),
            "abandonment": study.estimate("abandonment", row),
            "mean_answer_s": study.estimate("mean_answer_s", row),
        }
        for name, estimate in expected.items():
            assert figures[name].value == pytest.approx(estimate.mean, rel=1e-6), (group.id, name)
        repeats = study.totals["repeated"][0, row]
        assert of_group["repeats"] == repeats
    assert study.totals["repeated"][0, 0] > 100
    assert 0.2 < (figures_of(add_up(tallies.values()))["service_level"].value or 0.0) < 0.98


def test_simulated_tickets_meet_their_clocks_as_often_as_the_simulator_says() -> None:
    goal = ServiceGoal(first_response_seconds=1800.0, resolution_seconds=2700.0)
    base = two_groups(5, {}, {"channel": "email", "goal": goal})
    centre = replace(base, channels=(*base.channels, Channel("email", ChannelKind.EMAIL)))
    grid = TimeGrid.of_days(MONDAY, 1, 30, "Europe/Paris")
    volumes = work(centre, [0.0, 31.0], 285.0, grid)
    study = try_out(
        centre,
        always(centre, grid),
        *volumes,
        settings=Settings(absence=0.0, replications=1, records=1),
    )
    log = logged(study, centre, grid.start.timestamp())
    tally = add_up(
        count_clocks(
            [log[::2], log[1::2]], Centre.of(centre), None, MONDAY, "Europe/Paris"
        ).values()
    )
    totals = {name: values[0, 1] for name, values in study.totals.items()}
    assert tally["response_due"] == totals["due"]
    assert tally["response_met"] == totals["responded"]
    assert tally["resolution_due"] == totals["resolution_due"]
    assert tally["resolution_met"] == totals["resolved_in_time"]
    assert 0 < totals["responded"] < totals["due"]
    assert np.isfinite(list(tally.values())).all()
