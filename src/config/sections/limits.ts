// The limits of connections, calls and messages.
import type { Settings } from '../settings.ts';

export interface LimitsConfig {
  readonly requestBytes: number;
  readonly appendBytes: number;
  readonly metadataBytes: number;
  readonly connections: number;
  readonly streamsPerConnection: number;
  readonly unknownShare: number;
  readonly unknownPerAddress: number;
  readonly inFlight: number;
  readonly inFlightPerCaller: number;
  readonly handshakeMs: number;
  readonly stallMs: number;
  readonly idleMs: number;
  readonly keepaliveMs: number;
  readonly controlBytesPerS: number;
  readonly receivingBytes: number;
}

/** Reads the section `limits`. */
export function interpretLimits(settings: Settings): LimitsConfig {
  return {
    requestBytes: settings.number('limits.request_bytes'),
    appendBytes: settings.number('limits.append_bytes'),
    metadataBytes: settings.number('limits.metadata_bytes'),
    connections: settings.number('limits.connections'),
    streamsPerConnection: settings.number('limits.streams_per_connection'),
    unknownShare: settings.number('limits.unknown_percent') / 100,
    unknownPerAddress: settings.number('limits.unknown_per_address'),
    inFlight: settings.number('limits.in_flight'),
    inFlightPerCaller: settings.number('limits.in_flight_per_caller'),
    handshakeMs: settings.number('limits.handshake_s') * 1000,
    stallMs: settings.number('limits.stall_s') * 1000,
    idleMs: settings.number('limits.idle_s') * 1000,
    keepaliveMs: settings.number('limits.keepalive_s') * 1000,
    controlBytesPerS: settings.number('limits.control_bytes_per_s'),
    receivingBytes: settings.number('limits.receiving_mib') * 1024 * 1024,
  };
}
