# Asks with the generated Python stubs. Prints the reason of one decision.
import sys

sys.path.insert(0, sys.argv[2])

import grpc
from tollgate.v1 import decision_pb2, policy_decision_service_pb2, policy_decision_service_pb2_grpc

with grpc.insecure_channel(sys.argv[1]) as channel:
    stub = policy_decision_service_pb2_grpc.PolicyDecisionServiceStub(channel)
    answer = stub.Authorize(policy_decision_service_pb2.AuthorizeRequest(tool="read_file"))
    print(decision_pb2.Reason.Name(answer.decision.reason))
