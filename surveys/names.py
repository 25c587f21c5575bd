"""Whether a question asks who is answering."""

from __future__ import annotations

import re

_ABOUT = r"(?:full |real |first |last |given |family |middle |legal |preferred |chosen |own )*"
_PERSON = r"(?:your|ur|ya|thy)"
_OTHERS = r"(?:people|we|i|they|(?:your )?(?:friends|mates|family|workers?)|every(?:one|body)|you (?:like|want) us to)"
# "leave out your name", "without your name", "never type your surname": the opposite of asking
_LEAVE_OUT = re.compile(
    r"\b(?:without|leav(?:e|ing) out|leav(?:e|ing) off|instead of|no need (?:for|to give)|"
    r"(?:do not|don['’]?t|never)(?: need to)?"
    r"(?: (?:type|give|write|tell|say|put|use|add|include|share|send|enter|sign|us|in|with))*)"
    rf" (?:{_PERSON} |any |a )?{_ABOUT}(?:name|surname|initials|nickname)s?\b"
)
_ASKS = re.compile(
    rf"\b{_PERSON} {_ABOUT}(?:name|surname|forename|nickname|initials|signature)s?\b"
    r"(?! (?:is|are|will|was) (?:not|never))"
    r"|\bwhat(?: are|['’]re| r)? (?:you|u) (?:called|known as)\b"
    rf"|\bwhat (?:do|does|should|shall|can|may|would) {_OTHERS}(?: \w+){{0,3}} call you\b"
    r"|\bwhat would you like (?:us )?to (?:be called|call you)\b"
    r"|\bwhat name (?:do|should|shall|are) (?:you|we)\b"
    r"|\b(?:first|last|full|family|given) name\b|\b(?:surname|forename)s?\b"
    r"|\bname and (?:address|date of birth|age|number)\b"
    r"|\b(?:please )?(?:tell us|say|write|type|state|sign|give us|enter) (?:who you are|(?:the )?name you)\b"
    r"|\bwho are you(?: ?\?|$)"
)


def asks_for_a_name(text: str) -> bool:
    """Whether the text asks for the name of whoever reads it. A guess from English patterns: a person reviews too."""
    said = " ".join(text.casefold().split())
    return _ASKS.search(_LEAVE_OUT.sub(" ", said)) is not None
