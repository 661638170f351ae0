"""httpx: sends what the JSON in its first argument says, and prints each reply as a line of JSON."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx

job = json.loads(sys.argv[1])


def send(call):
    headers = [tuple(header) for header in call["headers"]]
    url = job["url"] + call["path"]
    reply = client.request(call["method"], url, headers=headers, content=call["body"])
    kind = reply.headers.get("content-type", "")
    return {"status": reply.status_code, "kind": kind, "body": reply.text}


# No proxy from the environment: this is about what arrives.
with httpx.Client(trust_env=False, timeout=60) as client:
    with ThreadPoolExecutor(len(job["calls"]) if job["together"] else 1) as pool:
        for seen in pool.map(send, job["calls"]):
            print(json.dumps(seen), flush=True)
