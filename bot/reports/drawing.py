"""A picture made of its SVG: here, or in a process of its own.

What draws holds all of Python still while it works, and everybody who taps meanwhile would wait. A process for each
picture costs a quarter of a second, keeps no memory, and takes nothing down with it; so this module imports little.
"""

from __future__ import annotations

import asyncio
import io
import sys
from typing import Final

WIDTH: Final = 1080
COLOURS: Final = 48

SECONDS: Final = 20.0
"""A picture that takes longer than this is not coming."""


class NotDrawn(Exception):
    """There is no picture."""


def png(drawn: str, *, width: int = WIDTH) -> bytes:
    """The picture as PNG: few colours, so that it is small. Costs about 0.1 s of processor."""
    import font_lato  # imported here: only who draws needs fonts and a renderer
    import vl_convert
    from PIL import Image

    vl_convert.register_font_directory(font_lato.font_directory)
    big = vl_convert.svg_to_png(drawn, scale=width / WIDTH)
    small = io.BytesIO()
    with Image.open(io.BytesIO(big)) as picture:
        # Six times as fast as the way it would choose, and no larger: there are few colours to begin with.
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(small, "PNG")
    return small.getvalue()


async def png_elsewhere(drawn: str) -> bytes:
    """The same, in a process of its own. Raises: NotDrawn."""
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=pipe, stdout=pipe, stderr=nowhere
    )
    try:
        made, _ = await asyncio.wait_for(process.communicate(drawn.encode()), SECONDS)
    except TimeoutError:
        raise NotDrawn from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not made:
        raise NotDrawn
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(png(sys.stdin.buffer.read().decode()))
