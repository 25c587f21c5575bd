"""What each role may do, and whose business a person is. What is not listed here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from storage.people import Person
from storage.staff import Role, Staff


class Permission(StrEnum):
    """Something a member of staff may be allowed to do. None of them opens an answer: no such permission exists."""

    SET_UP = "set up"
    BACK_UP = "back up"
    ADD_STAFF = "add staff"
    IMPORT_REGISTER = "import register"
    CONFIRM_IMPORT = "confirm import"
    INVITE = "invite"
    INVITE_OWN = "invite own"
    RUN_SURVEYS = "run surveys"
    SEE_RESPONSE = "see response"
    SEE_FIGURES = "see figures"
    READ_COMMENTS = "read comments"
    SEE_OWN_PEOPLE = "see own people"
    SEE_ANY_PERSON = "see any person"
    TAKE_TASKS = "take tasks"
    SEE_OVERDUE = "see overdue"
    SEE_AUDIT = "see audit"
    FORGET_PERSON = "forget person"
    SEND_OWN = "send to own people"
    SEND_EVERYONE = "send to everyone"
    MOVE_PEOPLE = "move people"
    TELL_FINDINGS = "tell findings"
    WRITE_PLAN = "write plan"
    UPDATE_PROMISE = "update promise"
    REPLY_TO_COMMENTS = "reply to comments"
    MAKE_OPPORTUNITY = "make opportunity"
    ASK_OWN_PEOPLE = "ask own people"
    SEE_CHECKINS = "see check-ins of own people"
    MAKE_CALLS = "make calls"
    PLAN_CALLS = "plan calls"
    CONFIRM_DAYS = "confirm days"


_P = Permission

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    # Keeps the machine running, and sees nobody.
    "administrator": frozenset({_P.SET_UP, _P.BACK_UP, _P.ADD_STAFF}),
    "manager": frozenset(
        {
            _P.CONFIRM_IMPORT,
            _P.SEE_RESPONSE,
            _P.SEE_FIGURES,
            _P.TAKE_TASKS,
            _P.SEE_OVERDUE,
            _P.SEND_EVERYONE,
            _P.MOVE_PEOPLE,
            _P.WRITE_PLAN,
            _P.UPDATE_PROMISE,
            _P.MAKE_OPPORTUNITY,
            _P.MAKE_CALLS,
            _P.PLAN_CALLS,
            _P.CONFIRM_DAYS,
        }
    ),
    "participation": frozenset(
        {
            _P.IMPORT_REGISTER,
            _P.CONFIRM_IMPORT,
            _P.INVITE,
            _P.RUN_SURVEYS,
            _P.SEE_RESPONSE,
            _P.SEE_FIGURES,
            _P.READ_COMMENTS,
            _P.SEE_ANY_PERSON,
            _P.TAKE_TASKS,
            _P.SEND_EVERYONE,
            _P.MOVE_PEOPLE,
            _P.TELL_FINDINGS,
            _P.WRITE_PLAN,
            _P.UPDATE_PROMISE,
            _P.REPLY_TO_COMMENTS,
            _P.MAKE_OPPORTUNITY,
            _P.MAKE_CALLS,
            _P.CONFIRM_DAYS,
        }
    ),
    "pa": frozenset(
        {
            _P.INVITE_OWN,
            _P.SEE_OWN_PEOPLE,
            _P.SEE_FIGURES,
            _P.TAKE_TASKS,
            _P.SEND_OWN,
            _P.UPDATE_PROMISE,
            _P.MAKE_OPPORTUNITY,
            _P.ASK_OWN_PEOPLE,
            _P.SEE_CHECKINS,
            _P.MAKE_CALLS,
        }
    ),
    "data_protection": frozenset({_P.CONFIRM_IMPORT, _P.SEE_FIGURES, _P.SEE_AUDIT, _P.FORGET_PERSON}),
}


class NotAllowed(Exception):
    """The member of staff may not do this, or not with this person."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


def may(staff: Staff, permission: Permission) -> bool:
    """Whether their role allows it. Somebody who has left may do nothing, whatever their role was."""
    return staff.state != "left" and permission in ALLOWED.get(staff.role, frozenset())


def require(staff: Staff, permission: Permission) -> None:
    """Raises NotAllowed unless their role allows it."""
    if not may(staff, permission):
        raise NotAllowed(permission)


def may_see(staff: Staff, person: Person) -> None:
    """Raises NotAllowed unless this person's name and details are the member of staff's business.

    A task shows its person to whoever it is given to; that is decided with the task, not here.
    """
    if may(staff, Permission.SEE_ANY_PERSON):
        return
    require(staff, Permission.SEE_OWN_PEOPLE)
    if person.worker != staff.id:
        raise NotAllowed(Permission.SEE_ANY_PERSON)


def may_invite(staff: Staff, person: Person) -> None:
    """Raises NotAllowed unless they may make this person a new link."""
    if may(staff, Permission.INVITE):
        return
    require(staff, Permission.INVITE_OWN)
    if person.worker != staff.id:
        raise NotAllowed(Permission.INVITE)
