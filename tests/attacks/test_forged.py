from support.indoors import Indoors, button_data

async def test_smoke(either_inside: Indoors) -> None:
    here = either_inside
    await here.open_survey()
    worker, wid = await here.staff_phone("Priya Shah", "pa")
    ash, _ = await here.joined("Ash", worker=wid)
    print(ash.card.text, button_data(ash))
    await here.choose(ash, "Questions")
    await here.choose(ash, "Start")
    print(ash.card.text, button_data(ash))
    await here.tick()
    print([c.text for c in here.telegram.said][-3:])
    print(await here.prints())
    print(here.logged)
