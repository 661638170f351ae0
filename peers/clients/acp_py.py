"""The Python SDK as a client: `acp_py.py BEHAVIOUR AGENT..`. Prompts twice: it behaves as it is told,
then as a client should, and allows. With `gptme=..` the answers are those of gptme's own client."""

import asyncio
import json
import os
import sys

from acp import PROTOCOL_VERSION, spawn_agent_process, text_block
from acp.schema import AllowedOutcome, DeniedOutcome, RequestPermissionResponse

behaviour, command, *args = sys.argv[1:]
seen = {"asked": [], "updates": [], "stops": [], "errors": []}


def selected(option_id):
    return RequestPermissionResponse(
        outcome=AllowedOutcome(outcome="selected", option_id=option_id)
    )


class Client:
    connection = None

    def on_connect(self, connection):
        pass

    async def request_permission(self, options, session_id, tool_call, **_):
        seen["asked"].append(tool_call.model_dump(mode="json", by_alias=True, exclude_none=True))
        ids = {option.kind: option.option_id for option in options}
        allow = ids["allow_once"]
        if len(seen["asked"]) > 1 or behaviour == "allow":
            return selected(allow)
        verb, _, value = behaviour.partition("=")
        match verb:
            case "reject":
                return selected(ids["reject_once"])
            case "cancelled":
                return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
            case "id":
                return selected(value)
            case "wrong case":
                return selected(allow.upper())
            case "throws":
                raise RuntimeError("the dialog broke")
            case "hangs":
                await asyncio.Event().wait()
            case "exits":
                print(json.dumps(seen), flush=True)
                os._exit(0)
            case "cancel, then allow":
                await self.connection.cancel(session_id=session_id)
                return selected(allow)
        raise RuntimeError(f"what is {behaviour}")

    async def session_update(self, session_id, update, **_):
        seen["updates"].append(update.model_dump(mode="json", by_alias=True, exclude_none=True))


def gptme(auto_confirm):
    from gptme.acp.client import _MinimalClient

    class Minimal(_MinimalClient):
        async def request_permission(self, options, session_id, tool_call, **more):
            seen["asked"].append(tool_call.model_dump(mode="json", by_alias=True, exclude_none=True))
            self._auto_confirm = auto_confirm or len(seen["asked"]) > 1
            return await super().request_permission(options, session_id, tool_call, **more)

    def told(_session, update):
        seen["updates"].append(update.model_dump(mode="json", by_alias=True, exclude_none=True))

    return Minimal(on_update=told)


async def main():
    verb, _, value = behaviour.partition("=")
    client = gptme(value == "yes") if verb == "gptme" else Client()
    async with spawn_agent_process(client, command, *args) as (connection, _):
        client.connection = connection
        await connection.initialize(protocol_version=PROTOCOL_VERSION)
        session = (await connection.new_session(cwd=os.getcwd(), mcp_servers=[])).session_id
        for text in ["first.example", "second.example"]:
            try:
                ended = await connection.prompt(session_id=session, prompt=[text_block(text)])
                seen["stops"].append(ended.stop_reason)
            except Exception as error:
                seen["errors"].append(str(error))
        print(json.dumps(seen), flush=True)
        os._exit(0)


asyncio.run(main())
