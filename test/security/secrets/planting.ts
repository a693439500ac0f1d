// Secrets planted in everything that a caller can send. Each is a text of its own, so that one that turns up where it should
// not says by itself where it came from.
import { randomBytes } from 'node:crypto';
import { ruleOf } from '../../e2e/rpc/field-rules.ts';
import { structBytes, type Type, VALUES, type WireValue } from '../../support/wire.ts';

export class Planter {
  readonly #origins = new Map<string, string>();

  get count(): number {
    return this.#origins.size;
  }

  /** @param origin  where it is planted: `AuthorizeRequest.tool`, `metadata`, `token` */
  plant(origin: string): string {
    const secret = `cnry${randomBytes(12).toString('hex')}`;
    this.#origins.set(secret, origin);
    return secret;
  }

  /** Where each secret in a text was planted. */
  foundIn(text: string): string[] {
    const found = text.match(/cnry[0-9a-f]{24}/g) ?? [];
    return [...new Set(found)].flatMap((secret) => this.#origins.get(secret) ?? []);
  }
}

/** A secret in the shape of a field: taken, refused for a character, or refused for its length. Undefined for no text. */
export function plantedValues(planter: Planter, type: Type, field: string, origin: string): WireValue[] {
  const rule = ruleOf(type, field);
  const definition = type.fields[field]!;
  const secret = () => planter.plant(origin);
  if (definition.resolvedType?.name === 'Struct') {
    return [
      structBytes([[secret(), VALUES.text(secret())]]),
      structBytes([[secret(), VALUES.text(Buffer.from([0xff]))]]),
    ];
  }
  if (definition.type !== 'string' || typeof rule === 'string') return [];
  const prefix = `${type.name}.${field}` === 'Identity.user_aliases' ? 'github:' : '';
  const values = [
    `${prefix}${secret()}`,
    `${secret()}\u0007`,
    `${secret()}${'x'.repeat(5_000)}`,
    Buffer.from(`${secret()}\xff`, 'latin1'),
  ];
  return definition.repeated ? values.map((value) => [value]) : values;
}
