// google.protobuf.Struct as the dynamic clients give and take it, to plain values and back.
import type { Answer } from './clients.ts';

export function structOf(object: object): object {
  return { fields: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, messageOf(value)])) };
}

function messageOf(value: unknown): object {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(messageOf) } };
  return { structValue: structOf(value as object) };
}

export function plainOf(struct: Answer): Record<string, unknown> {
  const fields = Object.entries(struct?.fields ?? {});
  return Object.fromEntries(fields.map(([key, value]) => [key, plainValueOf(value)]));
}

function plainValueOf(value: Answer): unknown {
  if ('stringValue' in value) return value.stringValue;
  if ('numberValue' in value) return value.numberValue;
  if ('boolValue' in value) return value.boolValue;
  if ('structValue' in value) return plainOf(value.structValue);
  if ('listValue' in value) return (value.listValue.values ?? []).map(plainValueOf);
  return null;
}
