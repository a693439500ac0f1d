// A unary call: decode the request, run the operation, encode its one response.
import type { UnaryOperation } from '../../api/operation.ts';
import { Pieces } from '../../api/wire/pieces.ts';
import type { CallContext } from '../../pdp/call-context.ts';
import type { Call } from './call.ts';
import { decodeFields, type Endpoint } from './endpoint.ts';

type UnaryEndpoint = Endpoint<UnaryOperation>;

/** @throws what decoding and running throw before their first turn of the event loop; later errors fail the call */
export function runUnary(endpoint: UnaryEndpoint, call: Call, context: CallContext, bytes: Buffer): void {
  const { operation } = endpoint;
  const { large } = operation;
  if (large && bytes.length >= large.bytesMin(context.pdp)) {
    const decoded = large.decode(bytes, context).then((request) => runDecoded(endpoint, call, context, request));
    decoded.catch((error) => call.fail(error));
  } else {
    runDecoded(endpoint, call, context, operation.decode(decodeFields(endpoint, bytes), context.pdp));
  }
}

// An answer without a promise takes no turn of the event loop and no closure: most decisions are such answers.
function runDecoded(endpoint: UnaryEndpoint, call: Call, context: CallContext, request: unknown): void {
  const answer = endpoint.operation.run(context, request);
  if (answer instanceof Promise) {
    answer.then((settled) => respond(endpoint, call, context, request, settled)).catch((error) => call.fail(error));
  } else {
    respond(endpoint, call, context, request, answer);
  }
}

/** Writes the log line before the answer: if the line cannot be written, the call fails. */
function respond(endpoint: UnaryEndpoint, call: Call, context: CallContext, request: unknown, answer: unknown): void {
  const { edge, operation, method } = endpoint;
  const logged = operation.logged?.(request, answer);
  if (logged) edge.decisionLog.write(operation.name, context.caller.name, logged);
  const response = operation.encode(answer);
  if (response instanceof Pieces) {
    const encoded = response.encode(method.encode);
    encoded.then((bytes) => call.answer(bytes, {})).catch((error) => call.fail(error));
  } else {
    call.answer(method.encode(response), response);
  }
}
