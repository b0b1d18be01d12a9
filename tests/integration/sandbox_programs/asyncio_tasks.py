import asyncio


async def nap(n):
    await asyncio.sleep(0.01)
    return n


async def main():
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(nap(n)) for n in range(10)]
        await queue.put(1)
    assert sum(t.result() for t in tasks) == 45
    assert await asyncio.to_thread(sum, [1, 2]) == 3
    return await asyncio.wait_for(queue.get(), 1)


assert asyncio.run(main()) == 1
