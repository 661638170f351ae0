"""The data API of Open Policy Agent over its own evaluator: there is no package with the server.

    opa_shim.py HOST PORT FOLDER

Whatever is decided, OPA's library decides it. Here is only what the server does around it:

* `POST /v1/data/<path>` with `{"input": ..}`, and `{"result": ..}`, or `{}` where it is undefined;
* `strict-builtin-errors`: off unless asked for. The library has it always on. With it off a builtin
  that fails is undefined, and the expression around it too. That is put back call by call: each
  builtin that failed is replaced by a function that asks the library's own, in another engine, and
  is undefined where that fails.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from opa_bindings import OpaEngine, OpaError

FAILED = "eval_builtin_error: "


class Policies:
    def __init__(self, folder):
        self.engine, self.builtins, self.lenient = OpaEngine(), OpaEngine(), []
        self.lock = Lock()
        for path in sorted(Path(folder).glob("*.rego")):
            self.engine.add_policy(path.name, path.read_text())
        self.engine.register_function("shim.attempt", self.attempt, arity=2)

    def attempt(self, builtin, args):
        """What a builtin gives: one value, or none where it fails."""
        call = ", ".join(f"input[{index}]" for index in range(len(args)))
        try:
            return [row["x"] for row in self.builtins.eval_query(f"x = {builtin}({call})", args)]
        except OpaError as error:
            if FAILED not in error.message:
                raise
            return []

    def evaluate(self, path, value, strict):
        """The values of a document: one, or none where it is undefined."""
        document = "".join(f"[{json.dumps(part)}]" for part in path)
        with self.lock:
            while True:
                replaced = [] if strict else self.lenient
                withs = "".join(f" with {name} as data.{local}" for name, local in replaced)
                try:
                    rows = self.engine.eval_query(f"x = data{document}{withs}", value)
                    return [row["x"] for row in rows]
                except OpaError as error:
                    if strict or FAILED not in error.message:
                        raise
                    self.replace(error.message.split(FAILED)[1].split(":")[0])

    def replace(self, builtin):
        local = "lenient_" + builtin.replace(".", "_")
        if any(name == builtin for name, _ in self.lenient):
            raise OpaError("shim", f"{builtin} fails though it is replaced")
        for arity in range(1, 6):
            args = ", ".join(f"a{index}" for index in range(arity))
            function = f'package {local}\n\nf({args}) := x if some x in shim.attempt("{builtin}", [{args}])\n'
            self.engine.add_policy(local, function)
            try:
                self.engine.eval_query(f"x = 1 with {builtin} as data.{local}.f", {})
            except OpaError as error:
                if "arity mismatch" not in error.message:
                    raise
                continue
            self.lenient.append((builtin, f"{local}.f"))
            return
        raise OpaError("shim", f"{builtin} takes too many arguments")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a reply is sent in one piece, as servers do that are made for it

    def do_GET(self):
        self.reply(200 if urlsplit(self.path).path == "/health" else 404, {})

    def do_POST(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["content-length"]))
        path = url.path.strip("/").split("/")
        if path[:2] != ["v1", "data"]:
            return self.reply(404, {"code": "resource_not_found", "message": "no such page"})
        try:
            question = json.loads(body)
        except ValueError as error:
            return self.reply(400, {"code": "invalid_parameter", "message": str(error)})
        strict = parse_qs(url.query).get("strict-builtin-errors", ["false"])[-1] == "true"
        try:
            values = POLICIES.evaluate(path[2:], question.get("input"), strict)
        except OpaError as error:
            errors = [{"code": error.code, "message": error.message}]
            message = "error(s) occurred while evaluating query"
            return self.reply(500, {"code": "internal_error", "message": message, "errors": errors})
        reply = {"result": values[0]} if values else {}
        if "input" not in question:
            warning = "'input' key missing from the request"
            reply["warning"] = {"code": "api_usage_warning", "message": warning}
        self.reply(200, reply)

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 1024


HOST, PORT, FOLDER = sys.argv[1:]
POLICIES = Policies(FOLDER)
Server((HOST, int(PORT)), Handler).serve_forever()
