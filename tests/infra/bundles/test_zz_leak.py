import asyncio
from tests.conftest import *
from tests.factories.network import small_network
from tests.factories.bundles import signed, steward
import sys; sys.path.insert(0,'/tmp')
from safe import Kept
from infra.postgres.piccolo_conf import DB
type(DB).transaction=lambda self, allow_nested=True: Kept(self)
async def test_leak(http, clean, open_database):
    token = await steward()
    async with signed(http, token) as c:
        for n in range(300):
            async def one():
                q='mutation($i: RegisterOrganisationInput!){registerOrganisation(input:$i){userErrors{message}}}'
                v={"i":{"slug":f"o-{n}","names":[{"language":"en","text":"x"}],"kind":"AGENCY","level":"LOCAL","country":"BE"}}
                await c.post("/graphql",json={"query":q,"variables":v},headers={"Accept":"application/graphql-response+json"})
            t=asyncio.create_task(one())
            await asyncio.sleep(n*0.00004)
            t.cancel()
            await asyncio.gather(t,return_exceptions=True)
    await asyncio.sleep(0.3)
    p=open_database.pool
    print("size",p.get_size(),"idle",p.get_idle_size())
    assert p.get_size()==p.get_idle_size()
