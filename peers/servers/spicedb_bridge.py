"""SpiceDB's HTTP gateway over its own engine: there is no package with the server.

    spicedb_bridge.py HOST PORT LIBRARY

Whatever is decided, SpiceDB's library decides it. Here is only what the gateway does around it: it
reads questions as protobuf's JSON and ignores members that it does not know, writes replies with
`null` for each message that is not set, and gives errors a status. The store is in memory: a server
that comes back knows nothing.
"""

import ctypes
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from authzed.api import v1
from google.protobuf import json_format

HOST, PORT, LIBRARY = sys.argv[1:]
LIB = ctypes.CDLL(LIBRARY)
LIB.spicedb_start.restype = ctypes.c_void_p

# Where a question goes, what it is, and what comes back.
METHODS = {
    "/v1/permissions/check": (
        LIB.spicedb_permissions_check_permission,
        v1.CheckPermissionRequest,
        v1.CheckPermissionResponse,
    ),
    "/v1/relationships/write": (
        LIB.spicedb_permissions_write_relationships,
        v1.WriteRelationshipsRequest,
        v1.WriteRelationshipsResponse,
    ),
    "/v1/schema/write": (
        LIB.spicedb_schema_write_schema,
        v1.WriteSchemaRequest,
        v1.WriteSchemaResponse,
    ),
}

# A code of gRPC, its number, and the status that the gateway gives it.
CODES = {
    "InvalidArgument": (3, 400),
    "DeadlineExceeded": (4, 504),
    "NotFound": (5, 404),
    "PermissionDenied": (7, 403),
    "ResourceExhausted": (8, 429),
    "FailedPrecondition": (9, 400),
    "Unimplemented": (12, 501),
    "Unavailable": (14, 503),
}
UNKNOWN = (2, 500)


class RpcError(Exception):
    pass


def start():
    text = ctypes.string_at(LIB.spicedb_start(b"{}"))
    started = json.loads(text)
    if not started["success"]:
        sys.exit(text)
    return ctypes.c_ulonglong(started["data"]["handle"])


def call(function, message):
    request = message.SerializeToString()
    reply, length, error = ctypes.c_void_p(), ctypes.c_int(), ctypes.c_void_p()
    outs = ctypes.byref(reply), ctypes.byref(length), ctypes.byref(error)
    function(HANDLE, request, ctypes.c_int(len(request)), *outs)
    try:
        if error.value:
            raise RpcError(ctypes.string_at(error.value).decode())
        return ctypes.string_at(reply.value, length.value) if reply.value else b""
    finally:
        LIB.spicedb_free(error)
        LIB.spicedb_free_bytes(reply)


def as_json(message):
    value = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            value.setdefault(field.json_name, None)
    return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a reply is sent in one piece, as servers do that are made for it

    def do_GET(self):
        if self.path == "/healthz":
            return self.reply(200, {"status": "SERVING"})
        self.fail(5, 404, "Not Found")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path not in METHODS:
            return self.fail(5, 404, "Not Found")
        function, request, response = METHODS[self.path]
        try:
            question = json_format.Parse(body, request(), ignore_unknown_fields=True)
        except json_format.ParseError as error:
            return self.fail(3, 400, str(error))
        try:
            answer = call(function, question)
        except RpcError as error:
            text = str(error)
            match = re.fullmatch(r"rpc error: code = (\w+) desc = (.*)", text, re.DOTALL)
            code, status = CODES.get(match and match[1], UNKNOWN)
            return self.fail(code, status, match[2] if match else text)
        self.reply(200, as_json(response.FromString(answer)))

    def fail(self, code, status, message):
        self.reply(status, {"code": code, "message": message, "details": []})

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


HANDLE = start()
Server((HOST, int(PORT)), Handler).serve_forever()
