from test_help_door import *
async def test_z(northfield):
    here = await staffed(northfield)
    ash = await asked(northfield)
    await ash.say("STOP")
    ash.lock()
    await northfield.open_survey()
    await deliver(northfield)
    northfield.clock.move(days=1, seconds=1)
    await deliver(northfield)
    async with northfield.store.transaction() as tx:
        p = await people.register(tx)
        for r in await outbox.of_person(tx, p[0][0].id): print(r)
        print(p)
        print(await tasks.tasks.of_person(tx, p[0][0].id), northfield.clock.now())
        from sqlalchemy import text
        for r in await tx.connection.execute(text("select kind,key,due_at,state from due")): print(r)
