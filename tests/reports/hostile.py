"""Results of a survey whose words try to be something else: formulas, tags, one word that never ends."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from made_up import results

from engagement.results import Results
from surveys.load import load
from surveys.publication import Cell, Figure, Level, Part, Publication, Share

FORMULAS = ("=1+1", "+SUM(A1)", "-2+3", "@cmd", '=HYPERLINK("http://x.example","Tap")')
TAG = "<script>alert(1)</script>"
ENDLESS = "W" * 95

DEFINITION = f"""
name: hostile
version: 1
purpose: survey
title: "=2+5 & {TAG}"
minutes: 2
headline: [pick]
parts:
  - id: one
    heading: "</title><b>Part"
    questions:
      - id: pick
        kind: single
        text: "@Which {TAG}?"
        share: one
        options:
          - {{id: one, label: "{FORMULAS[0]}"}}
          - {{id: two, label: "{FORMULAS[1]}"}}
          - {{id: three, label: "{FORMULAS[2]}"}}
          - {{id: four, label: '{FORMULAS[4]}'}}
      - {{id: ticks, kind: several, text: "{ENDLESS}", options: [{{id: a, label: "{FORMULAS[3]}"}}, {{id: b, label: "{ENDLESS}"}}]}}
  - id: two
    questions:
      - {{id: order, kind: rank, text: "-1 or \\" onload=x?", max: 2, options: [{{id: a, label: A}}, {{id: b, label: B}}, {{id: c, label: "=C"}}]}}
      - {{id: typed, kind: short_text, text: "=Anything?"}}
      - {{id: age, kind: single, segment: true, text: "=How old?", register: age, options: [{{id: young, label: "=Under 21", ages: 16-20}}, {{id: old, label: "21 <or> over", ages: 21-30}}]}}
"""  # noqa: E501


@cache
def hostile(size: int = 120) -> Results:
    """So many people answered it."""
    return broken_down(results.__wrapped__(size, asked=load(DEFINITION, source="hostile")), "pick", "age")


def broken_down(found: Results, question: str, segment: str) -> Results:
    """The same with that question by that segment: of the first part everything is shown, of the others a base."""
    options = found.asked.question(segment).option_ids
    figure = found.inside.figure(question)
    parts = tuple(_part(figure, segment, option, first=at == 0) for at, option in enumerate(options))
    return replace(found, inside=_with(found.inside, replace(figure, parts=parts)))


def unshown(found: Results, question: str) -> Results:
    """The same with nothing to show of that question."""
    bare = Figure(question, found.inside.figure(question).kind, Level.NOTHING, found.inside.figure(question).size, None)
    return replace(found, inside=_with(found.inside, bare))


def _part(figure: Figure, segment: str, option: str, *, first: bool) -> Part:
    cells = tuple(Cell(cell.members, 20 if first else None) for cell in figure.cells)
    headline = Share(cells[0].members, 20, 100 / len(cells), 20.0, 40.0) if first else None
    return Part(segment, option, 20 * len(cells) if first else 15, cells, headline)


def _with(published: Publication, changed: Figure) -> Publication:
    return replace(published, figures=tuple(changed if one.id == changed.id else one for one in published.figures))
