// Makes a grpc-js handler of a row of the table of operations.
//
// grpc-js never answers for an async handler that rejects, so handlers are plain functions and the runner catches every error.
import { type handleServerStreamingCall, type handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Operation } from '../../api/operation.ts';
import type { Method } from '../../api/wire/codec.ts';
import type { Edge } from './edge.ts';
import { type CallRunner, callRunner } from './run-call.ts';

type Handler = handleUnaryCall<Buffer, Buffer> | handleServerStreamingCall<Buffer, Buffer>;

/** The grpc-js handler of an operation on one listener. */
export function handlerOf(edge: Edge, operation: Operation, method: Method): Handler {
  const run = callRunner(edge, operation, method);
  return operation.mode === 'unary' ? unaryHandler(run) : streamHandler(run, operation.lifetime === 'endless');
}

function unaryHandler(run: CallRunner): handleUnaryCall<Buffer, Buffer> {
  return (call, answer) => {
    run(call, { send: (bytes) => answer(null, bytes), fail: answer });
  };
}

function streamHandler(run: CallRunner, isEndless: boolean): handleServerStreamingCall<Buffer, Buffer> {
  return (call) => {
    const gone = new AbortController();
    // `cancelled` also fires when a call ends normally, which does no harm.
    call.on('cancelled', () => gone.abort());
    run(call, {
      signal: gone.signal,
      send: (bytes) => (call.write(bytes) ? undefined : drained(call)),
      end: () => call.end(),
      fail: (error) => call.emit('error', error),
    });
    // The headers tell the caller that the stream is open, possibly long before the first message. The subscription began in
    // this same turn, so no event that follows the headers is missed.
    if (isEndless && !call.cancelled && !call.writableEnded && !call.destroyed) call.sendMetadata(new Metadata());
  };
}

function drained(call: { once(event: 'drain', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => call.once('drain', resolve));
}
