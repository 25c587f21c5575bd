"""A picture is drawn in a process of its own: nobody waits for it, and what goes wrong stays there."""

from __future__ import annotations

import asyncio

import pytest

from bot.reports import drawing

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="1080"><rect width="9" height="9"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n"


async def test_while_a_picture_is_drawn_everything_else_goes_on() -> None:
    under_way = asyncio.ensure_future(drawing.png_elsewhere(SVG))
    turns = 0
    while not under_way.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert under_way.result().startswith(PNG)
    assert turns > 20


async def test_what_is_no_picture_is_not_drawn() -> None:
    with pytest.raises(drawing.NotDrawn):
        await drawing.png_elsewhere("<svg")


async def test_a_picture_nobody_waits_for_any_more_is_given_up() -> None:
    under_way = asyncio.ensure_future(drawing.png_elsewhere(SVG))
    await asyncio.sleep(0)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
