"""Who may do what: every role with every permission, and whose business a person is."""

from typing import get_args

import pytest

from engagement.staff import ALLOWED, NotAllowed, Permission, may, may_invite, may_see, require
from storage.ids import PersonId, StaffId
from storage.people import Person
from storage.staff import ROLES, Role, Staff

MATRIX = """
                 administrator manager participation pa data_protection
SET_UP                       x       .             .  .               .
BACK_UP                      x       .             .  .               .
ADD_STAFF                    x       .             .  .               .
IMPORT_REGISTER              .       .             x  .               .
CONFIRM_IMPORT               .       x             x  .               x
INVITE                       .       .             x  .               .
INVITE_OWN                   .       .             .  x               .
RUN_SURVEYS                  .       .             x  .               .
SEE_RESPONSE                 .       x             x  .               .
SEE_FIGURES                  .       x             x  x               x
READ_COMMENTS                .       .             x  .               .
SEE_OWN_PEOPLE               .       .             .  x               .
SEE_ANY_PERSON               .       .             x  .               .
TAKE_TASKS                   .       x             x  x               .
SEE_OVERDUE                  .       x             .  .               .
SEE_AUDIT                    .       .             .  .               x
FORGET_PERSON                .       .             .  .               x
SEND_OWN                     .       .             .  x               .
SEND_EVERYONE                .       x             x  .               .
MOVE_PEOPLE                  .       x             x  .               .
TELL_FINDINGS                .       .             x  .               .
WRITE_PLAN                   .       x             x  .               .
UPDATE_PROMISE               .       x             x  x               .
REPLY_TO_COMMENTS            .       .             x  .               .
MAKE_OPPORTUNITY             .       x             x  x               .
ASK_OWN_PEOPLE               .       .             .  x               .
SEE_CHECKINS                 .       .             .  x               .
MAKE_CALLS                   .       x             x  x               .
PLAN_CALLS                   .       x             .  .               .
CONFIRM_DAYS                 .       x             x  .               .
"""
HEAD, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [(role, line[0], mark == "x") for line in LINES for role, mark in zip(HEAD, line[1:], strict=True)]
MINE, THEIRS = StaffId(1), StaffId(2)


def member(role: str, state: str = "joined") -> Staff:
    return Staff(MINE, "Somebody", role, state, "", None)  # type: ignore[arg-type]


def person(worker: StaffId | None) -> Person:
    return Person(PersonId(1), "joined", True, "en", False, worker, None)


@pytest.mark.parametrize(("role", "permission", "allowed"), CELLS)
def test_each_role_may_do_exactly_what_the_table_says(role, permission, allowed):
    wanted = Permission[permission]
    assert may(member(role), wanted) is allowed
    if allowed:
        require(member(role), wanted)
    else:
        with pytest.raises(NotAllowed) as refused:
            require(member(role), wanted)
        assert refused.value.permission is wanted


def test_the_table_above_leaves_out_no_role_and_no_permission():
    assert set(HEAD) == set(ROLES) == set(ALLOWED) == set(get_args(Role))
    assert {line[0] for line in LINES} == set(Permission.__members__)


def test_no_permission_opens_answers_before_they_are_published():
    assert not [permission for permission in Permission if "answer" in permission.value or "pool" in permission.value]


@pytest.mark.parametrize("permission", Permission)
def test_whoever_has_left_or_has_no_known_role_may_do_nothing(permission):
    assert not any(may(member(role, "left"), permission) for role in ROLES)
    assert not may(member("superuser"), permission)


@pytest.mark.parametrize("rule", [may_see, may_invite])
@pytest.mark.parametrize(
    ("role", "own", "others", "nobodys"),
    [
        ("administrator", False, False, False),
        ("manager", False, False, False),
        ("participation", True, True, True),
        ("pa", True, False, False),
        ("data_protection", False, False, False),
    ],
)
def test_a_person_is_the_business_of_their_worker_and_of_who_runs_the_register(rule, role, own, others, nobodys):
    for worker, allowed in ((MINE, own), (THEIRS, others), (None, nobodys)):
        if allowed:
            rule(member(role), person(worker))
        else:
            with pytest.raises(NotAllowed):
                rule(member(role), person(worker))


def test_given_a_worker_who_left_then_their_people_are_no_longer_their_business():
    with pytest.raises(NotAllowed):
        may_see(member("pa", "left"), person(MINE))
