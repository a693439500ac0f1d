"""The story of the README as a Python client, and two more parts: the details of an error, and an identity
record that another service writes straight into Redis.

It ends with exit code 1 at the first answer that is not what the story says.
"""

import argparse
import json
import sys
import uuid

import grpc
import msgpack
import redis
from google.protobuf import json_format
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from stubs import make_stubs

make_stubs()
from tollgate.v1 import audit_service_pb2 as audit_api  # noqa: E402
from tollgate.v1 import audit_service_pb2_grpc as audit_rpc  # noqa: E402
from tollgate.v1 import decision_pb2 as decision_api  # noqa: E402
from tollgate.v1 import identity_service_pb2 as identity_api  # noqa: E402
from tollgate.v1 import identity_service_pb2_grpc as identity_rpc  # noqa: E402
from tollgate.v1 import policy_decision_service_pb2 as pdp_api  # noqa: E402
from tollgate.v1 import policy_decision_service_pb2_grpc as pdp_rpc  # noqa: E402
from tollgate.v1 import run_pb2  # noqa: E402
from tollgate.v1 import run_service_pb2 as run_api  # noqa: E402
from tollgate.v1 import run_service_pb2_grpc as run_rpc  # noqa: E402
from tollgate.v1 import session_service_pb2 as session_api  # noqa: E402
from tollgate.v1 import session_service_pb2_grpc as session_rpc  # noqa: E402

IDENTITY_KEY_PREFIX = "sg:tools:session:"
IDENTITY_TTL_S = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decision", default="127.0.0.1:7070")
    parser.add_argument("--management", default="unix:data/management.sock")
    parser.add_argument("--redis", metavar="URL", help="the server's store, to write an identity record into it")
    addresses = parser.parse_args()
    open_channel = grpc.insecure_channel
    with open_channel(addresses.decision) as decision, open_channel(addresses.management) as management:
        story = Story(decision, management)
        story.tell_all()
        story.take_an_error_apart()
        if addresses.redis:
            story.write_an_identity_record(redis.from_url(addresses.redis))


class Story:
    def __init__(self, decision: grpc.Channel, management: grpc.Channel) -> None:
        self.decisions = pdp_rpc.PolicyDecisionServiceStub(decision)
        self.runs = run_rpc.RunServiceStub(decision)
        self.sessions = session_rpc.SessionServiceStub(management)
        self.identities = identity_rpc.IdentityServiceStub(management)
        self.audit = audit_rpc.AuditServiceStub(management)
        # Fresh ids each time, so that the story can run again.
        tale = uuid.uuid4().hex[:8]
        self.trace_id = f"trace-{tale}"
        self.agent_id = f"writer-{tale}"
        self.foreign_trace_id = f"foreign-{tale}"

    def tell_all(self) -> None:
        bound = ask(
            self.identities.BindIdentity,
            identity_api.BindIdentityRequest(
                trace_id=self.trace_id,
                identity={"user_id": "222", "platform": "discord", "channel_id": "555"},
            ),
        )
        tell("Somebody who knows the user binds an identity to a trace", bound.already_bound, False)

        session = self.open_session(owner="discord:222", call_budget=2)
        tell("A controller opens a session for the agent", f"{session.calls_remaining} left", "2 left")

        def authorize(key: str, trace_id: str = self.trace_id) -> str:
            return self.authorize(session.session_id, trace_id, key)

        tell("The agent calls a tool", authorize("k1"), "ALLOW ALLOWED, 1 left")
        tell("The same key again", authorize("k1"), "ALLOW ALLOWED, 1 left, replayed")
        tell("Another key", authorize("k2"), "ALLOW ALLOWED, 0 left")
        tell("A third key", authorize("k3"), "DENY BUDGET_EXHAUSTED, 0 left")
        tell("A forged trace", authorize("k4", trace_id="forged"), "DENY IDENTITY_UNKNOWN")

        start = run_api.StartRunRequest(trace_id=self.trace_id, session_id=session.session_id, skill_id="summarize")
        run = ask(self.runs.StartRun, start).run
        tell("A run starts in that session", run.caller_id, "discord:222")

        scope = pdp_api.ValidateScopeRequest(run_id=run.run_id, scope="user:discord:333")
        tell("Another user's storage", outcome(ask(self.decisions.ValidateScope, scope)), "DENY SCOPE_OTHER_USER")

        def check_slash(command: str) -> str:
            typed = pdp_api.CheckSlashRequest(trace_id=self.trace_id, chat_type="dm", command=command)
            return outcome(ask(self.decisions.CheckSlash, typed))

        tell("A slash command on the list", check_slash("/status"), "ALLOW ALLOWED")
        tell("One that is not", check_slash("/stop"), "DENY COMMAND_NOT_ALLOWED")

        self.report(run.run_id)

    def report(self, run_id: str) -> None:
        """Appends a step and a call of a secret tool, finishes the run, and reads the log back as an auditor does."""
        events = [
            {
                "step": {
                    "iter": 1,
                    "response": {
                        "text": "Fetching the page.",
                        "model": "m-1",
                        "usage": {"input_tokens": 120, "output_tokens": 8},
                    },
                }
            },
            {
                "tool_use": {
                    "name": "http_get",
                    "id": "c1",
                    "args": '{"authorization":"s3cr3t"}',
                    "result": "s3cr3t page",
                }
            },
        ]
        append = pdp_api.AppendAuditRequest(run_id=run_id, events=events, idempotency_key="a1")
        appended = ask(self.decisions.AppendAudit, append)
        tell("The run reports what it did", f"{appended.first_sequence} to {appended.last_sequence}", "2 to 5")

        finish = run_api.FinishRunRequest(run_id=run_id, status=run_pb2.RUN_STATUS_OK, output="done")
        finished = ask(self.runs.FinishRun, finish).run
        tell("The run finishes", run_pb2.RunStatus.Name(finished.status), "RUN_STATUS_OK")

        stream = ask(self.audit.ListRunEvents, audit_api.ListRunEventsRequest(run_id=run_id))
        listed = [answer.event for answer in stream]
        numbered = [f"{event.sequence} {event.type}" for event in listed]
        expected = ["1 tollgate.decision", "2 step", "3 resolved_model", "4 tool_call", "5 tool_result"]
        tell("An auditor lists it", numbered, expected)
        payloads = [json_format.MessageToDict(event.payload) for event in listed]
        tell("The secret is gone", [payloads[3]["args_redacted"], payloads[4]["result_redacted"]], [True, True])
        tell("From everywhere", "s3cr3t" in json.dumps(payloads), False)

    def take_an_error_apart(self) -> None:
        """A request that could not be carried out is an error; its details are messages of google.rpc."""
        try:
            self.open_session(call_budget=-1)
        except grpc.RpcError as error:
            details = details_of(error)
        else:
            sys.exit("a budget below 0 was accepted")
        info, bad_request = details["ErrorInfo"], details["BadRequest"]
        tell("A request that makes no sense", f"{info.reason} of {info.domain}", "INVALID_REQUEST of tollgate")
        tell("Its request can be found in the log", bool(info.metadata["request_id"]), True)
        tell("The field at fault", [violation.field for violation in bad_request.field_violations], ["call_budget"])

    def write_an_identity_record(self, store: redis.Redis) -> None:
        """Tollgate reads identity records that other services write, whatever language they are written in."""
        record = {"user_id": "444", "guild_id": "g1", "platform": "discord", "written_by": "story.py"}
        key = IDENTITY_KEY_PREFIX + self.foreign_trace_id
        store.set(key, msgpack.packb(record, use_bin_type=True), ex=IDENTITY_TTL_S)

        read = identity_api.GetIdentityRequest(trace_id=self.foreign_trace_id)
        principal = ask(self.identities.GetIdentity, read).identity.principal
        tell("A record written by another service is read", principal, "discord:444")

        session = self.open_session(owner="discord:444", call_budget=2)

        def authorize(key: str, trace_id: str = self.foreign_trace_id) -> str:
            return self.authorize(session.session_id, trace_id, key)

        tell("Its user may use a session of their own", authorize("f1"), "ALLOW ALLOWED, 1 left")
        tell("Another user may not", authorize("f2", trace_id=self.trace_id), "DENY OWNER_MISMATCH")
        store.delete(key)
        tell("Once the record is gone, nobody may", authorize("f3"), "DENY IDENTITY_UNKNOWN")

    def open_session(self, **terms):
        request = session_api.CreateSessionRequest(agent_id=self.agent_id, tools={"names": ["read_file"]}, **terms)
        return ask(self.sessions.CreateSession, request).session

    def authorize(self, session_id: str, trace_id: str, key: str) -> str:
        request = pdp_api.AuthorizeRequest(
            trace_id=trace_id, session_id=session_id, agent_id=self.agent_id, tool="read_file", idempotency_key=key
        )
        return outcome(ask(self.decisions.Authorize, request))


def ask(method, request):
    """Every call has a deadline; a missing answer is a denial."""
    return method(request, timeout=10)


def outcome(answer) -> str:
    """A decision in a few words, such as `ALLOW ALLOWED, 1 left`."""
    decision = answer.decision
    effect = decision_api.Effect.Name(decision.effect).removeprefix("EFFECT_")
    reason = decision_api.Reason.Name(decision.reason).removeprefix("REASON_")
    words = [f"{effect} {reason}"]
    if isinstance(answer, pdp_api.AuthorizeResponse) and answer.HasField("usage"):
        words.append(f"{answer.usage.calls_remaining} left")
    if decision.replayed:
        words.append("replayed")
    return ", ".join(words)


def details_of(error: grpc.RpcError) -> dict:
    """The details of an error by their names, such as ErrorInfo."""
    details = {}
    for packed in rpc_status.from_call(error).details:
        message = getattr(error_details_pb2, packed.TypeName().removeprefix("google.rpc."))()
        packed.Unpack(message)
        details[type(message).__name__] = message
    return details


def tell(title: str, answer, expected) -> None:
    """Prints an answer, and ends the story if it is not the expected one."""
    print(f"{title:<56} {answer}")
    if answer != expected:
        sys.exit(f"expected: {expected}")


if __name__ == "__main__":
    main()
