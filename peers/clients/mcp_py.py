"""The official Python SDK for MCP: speaks 2025-11-25 ("legacy") and 2026-07-28 ("modern").

Told what to do by the JSON in its first argument; prints what it saw, one line of JSON for each call.
"""

import json
import os
import sys
import time

import anyio
import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

job = json.loads(sys.argv[1])
current: dict = {}
asked: list = []


async def elicited(_context, params):
    asked.append(params.model_dump(mode="json", by_alias=True))
    answer = current.get("answer")
    if answer == "throw":
        raise RuntimeError("the dialog crashed")
    if answer == "hang":
        await anyio.sleep_forever()
    if answer == "exit":
        os._exit(0)
    return types.ElicitResult.model_validate(answer)


def transport():
    server = job["server"]
    if "url" not in server:
        return stdio_client(StdioServerParameters(command=server["command"], args=server["args"]))
    headers = {"authorization": f"Bearer {server['token']}"}
    timeout = httpx2.Timeout(30)
    return streamable_http_client(
        server["url"], http_client=httpx2.AsyncClient(headers=headers, timeout=timeout)
    )


async def main():
    global current, asked
    client = Client(
        transport(),
        mode="auto" if job["era"] == "modern" else "legacy",
        elicitation_callback=elicited if job["capable"] else None,
    )
    async with client:
        await client.list_tools()
        for current in job["calls"]:
            asked = []
            seen = {"id": current["id"], "asked": asked}
            since = time.monotonic()
            try:
                seconds = 1.5 if current.get("answer") == "hang" and job["era"] == "modern" else 20
                with anyio.fail_after(seconds):
                    result = await client.call_tool(current["tool"], current["args"])
                seen["result"] = result.model_dump(mode="json", by_alias=True, exclude_none=True)
            except Exception as error:
                code = getattr(error, "code", None)
                seen["error"] = {"code": code, "message": f"{type(error).__name__}: {error}"}
            seen["ms"] = round((time.monotonic() - since) * 1000)
            print(json.dumps(seen), flush=True)


anyio.run(main)
