"""Calls one method of Tollgate and prints what came back as one line of JSON: the answer, or the status with its
details. With a service config it retries, as docs/clients.md describes.

    ask.py tollgate.v1.PolicyDecisionService/ValidateScope '{"scope": "shared:x", "run_id": "..."}'
"""

import argparse
import importlib
import json
import re
from pathlib import Path

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2  # noqa: F401  ErrorInfo and the others are known by name.
from grpc_status import rpc_status
from stubs import make_stubs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="127.0.0.1:7070", help="several replicas as ipv4:host:port,host:port")
    parser.add_argument("--service-config", type=Path, metavar="FILE", help="a gRPC service config")
    parser.add_argument("--timeout", type=float, default=10, help="seconds, the retries included; 0 leaves it to the config")
    parser.add_argument("method", metavar="SERVICE/METHOD")
    parser.add_argument("request", metavar="JSON")
    given = parser.parse_args()

    options = [("grpc.service_config", given.service_config.read_text())] if given.service_config else []
    with grpc.insecure_channel(given.address, options=options) as channel:
        print(json.dumps(ask(channel, given.method, given.request, given.timeout or None)))


def ask(channel: grpc.Channel, name: str, request: str, timeout: float | None) -> dict:
    method = find_method(name)
    request_type = message_factory.GetMessageClass(method.input_type)
    answer_type = message_factory.GetMessageClass(method.output_type)
    call = channel.unary_unary(f"/{name}", request_type.SerializeToString, answer_type.FromString)
    try:
        answer = call(json_format.Parse(request, request_type()), timeout=timeout)
    except grpc.RpcError as error:
        # Only what Tollgate itself refuses has details; a broken connection or our own deadline has a code and a text.
        status = rpc_status.from_call(error)
        told = in_json(status) if status else {"code": error.code().value[0], "message": error.details()}
        return {"status": told}
    return {"answer": in_json(answer)}


def find_method(name: str):
    service, _, method = name.partition("/")
    make_stubs()
    module = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", service.rsplit(".", 1)[-1]).lower()
    importlib.import_module(f"tollgate.v1.{module}_pb2")
    return descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]


def in_json(message) -> dict:
    return json_format.MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


if __name__ == "__main__":
    main()
