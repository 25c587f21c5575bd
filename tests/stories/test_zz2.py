async def test_y(northfield):
    t = northfield
    await t.telegram.settled()
    for c in t.telegram.said:
        print(c.method, c.params, c.status)
