"""Transactions give their connections back, whatever becomes of them."""

import asyncio

import pytest
from piccolo.columns import Column

from infra.postgres.database import Database
from services.ids import new_id
from services.organisations.tables import Person
from services.transaction import transaction

NAME: Column = Person.name


async def write(name: str) -> None:
    async with transaction():
        await Person.insert(Person(id=new_id(), name=name))


async def test_a_cancelled_write_gives_its_connection_back(clean: Database) -> None:
    """However far a write had come when it was cut off, its connection is free again and nothing half is stored."""
    for step in range(200):
        task = asyncio.create_task(write("cancelled"))
        await asyncio.sleep(step * 0.00002)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.2)
    assert clean.pool.get_idle_size() == clean.pool.get_size()
    await write("after")
    assert await Person.count().where(NAME == "after") == 1


async def test_a_write_inside_a_write_is_part_of_it(clean: Database) -> None:
    """When the outer transaction fails, what the inner one did is gone too."""
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await write("inner")
            raise ZeroDivisionError
    assert await Person.count() == 0
