import time
from datetime import date

from storage.people import Details


def show(p, what=""):
    print("=====", what)
    for l in p.reader():
        print("   ", l.replace("\n", "\n      "))


async def test_x(northfield):
    t = northfield
    t0 = time.time()
    priya = await t.staff_phone("Priya Shah", "pa")
    show(priya, "priya joined")
    ash = t.phone("Ash")
    code = await t.add_person(Details("r1", "Ash", "Lee", birth_date=date(2006, 5, 14)), worker="Priya Shah")
    await ash.start(code)
    await t.telegram.settled()
    show(ash, "opened")
    await ash.say("al")
    show(ash, "initials")
    await ash.choose("13")
    show(ash, "wrong")
    await ash.say("AL")
    await ash.choose("14")
    show(ash, "in")
    sid = await t.open_survey()
    await ash.choose("See what there is")
    show(ash, "offer")
    await ash.choose("Have a look")
    show(ash, "start")
    await ash.choose("Start")
    show(ash, "q1")
    print("t", time.time() - t0)
    for i in range(6):
        await ash.choose(0)
        0
    print("t", time.time() - t0)
    while await t.bot.sender.once():
        pass
    await t.telegram.settled()
    show(ash, "env")
    print(ash.lock_screen)
