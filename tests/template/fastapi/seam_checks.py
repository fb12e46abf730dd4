"""Runs the five functions of a generated seam once, against whatever the environment names; prints what they say."""

import asyncio

from app.workflows import settings
from app.workflows.welcome_placeholder import logic


async def main() -> None:
    # with DATABASE_URL the tables are the user's: here is the migration
    async with settings.engine().begin() as connection:
        await connection.run_sync(logic.Base.metadata.create_all)
    async with settings.session(logic.Base, list) as database:
        database.add_all([logic.UserRow(id=f"u{n}", name=f"N{n}", paid_only=n != 1) for n in range(3)])
        await database.commit()

    print(await logic.list_users(None, 2, paid_only=False))
    print(await logic.list_users("u0", 5, paid_only=True))
    user = await logic.load_user("u0")
    assert user is not None
    result = await logic.process_user(user, paid_only=True)
    await logic.save_user("u0", result)
    await logic.save_user("u0", result)
    print(await logic.filter_users(["u2", "u0", "u1"]))
    print(await logic.load_user("nobody"))


asyncio.run(main())
