"""Published figures for a script. Nothing is worked out here: what is hidden is null."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engagement.results import Results
from surveys.definition import Question
from surveys.publication import Beside, Cell, Figure, Level, Part, Share, Verdict, Wave
from surveys.tally import positions

Json = dict[str, Any]


def document(results: Results, *, outside: bool = False) -> Json:
    """Everything that is published of a survey; with `outside` by the rule for everybody else."""
    published = results.outside if outside else results.inside
    return {
        "survey": published.survey,
        "version": published.version,
        "opening": results.opening.id,
        "last_day": results.last_days[results.opening.id].isoformat(),
        "outside": published.outside,
        "published": published.sent,
        "invited": published.invited,
        "questions": [_question(results, figure) for figure in published.figures],
    }


def _question(results: Results, figure: Figure) -> Json:
    question = results.asked.question(figure.id)
    return {
        "id": figure.id,
        "kind": figure.kind,
        "text": question.wording("en"),
        "base": figure.base,
        "rounded": True,
        "level": figure.level.value,
        "size": figure.size.value,
        "counts": _counts(question, figure.cells),
        "bands": _cells(figure.cells) if figure.level in (Level.BANDS, Level.SHARE) else None,
        "headline": _share(figure.headline, figure.wave.verdict if figure.wave else None),
        "blank": figure.blank,
        "firsts": _cells(figure.firsts),
        "order": [list(level) for level in figure.order],
        "parts": [_part(question, part) for part in figure.parts],
        "beside": [_beside(results, beside) for beside in figure.beside],
        "wave": None if figure.wave is None else _wave(results, figure.wave),
    }


def _counts(question: Question, cells: Iterable[Cell]) -> dict[str, int | None]:
    """Each answer with its own number; null where only bands or a share are published."""
    alone = {cell.members[0]: cell.count for cell in cells if len(cell.members) == 1}
    return {str(at): alone.get(at) for at in positions(question)}


def _cells(cells: Iterable[Cell]) -> list[Json]:
    return [{"answers": list(cell.members), "count": cell.count} for cell in cells]


def _share(share: Share | None, verdict: Verdict | None = None) -> Json | None:
    if share is None:
        return None
    return {
        "answers": list(share.members),
        "count": share.count,
        "percent": share.percent,
        "low": share.low,
        "high": share.high,
        "verdict": None if verdict is None else verdict.value,
    }


def _part(question: Question, part: Part) -> Json:
    return {
        "segment": part.segment,
        "option": part.option,
        "base": part.base,
        "cells": _cells(part.cells),
        "headline": _share(part.headline),
    }


def _beside(results: Results, beside: Beside) -> Json:
    figure = results.benchmarks[beside.key]
    return {
        "key": beside.key,
        "grade": beside.grade,
        "note": beside.note,
        "verdict": None if beside.verdict is None else beside.verdict.value,
        "percent": figure.percent,
        "year": figure.year,
        "population": figure.population,
        "n": figure.n,
        "source": figure.source,
    }


def _wave(results: Results, wave: Wave) -> Json:
    return {
        "opening": wave.survey,
        "last_day": results.last_days[wave.survey].isoformat(),
        "headline": _share(wave.headline),
        "verdict": None if wave.verdict is None else wave.verdict.value,
    }
