// One operation on one listener: what all its calls share.
import type { Operation } from '../../api/operation.ts';
import type { Method } from '../../api/wire/codec.ts';
import { Fields } from '../../api/wire/fields.ts';
import type { Role } from '../../core/role.ts';
import type { Edge } from './edge.ts';

export interface Endpoint<Row extends Operation = Operation> {
  readonly edge: Edge;
  readonly operation: Row;
  readonly method: Method;
  readonly roles: ReadonlySet<Role>;
  /** The largest request. */
  readonly bytesMax: number;
}

export function endpointOf<Row extends Operation>(edge: Edge, operation: Row, method: Method): Endpoint<Row> {
  return { edge, operation, method, roles: new Set(operation.roles), bytesMax: edge.bytesMax[operation.size] };
}

/** The request's fields. The row's type of request is the method's, which the compiler cannot know of a table of rows. */
export function decodeFields({ method }: Endpoint, bytes: Buffer): never {
  return new Fields(method.decode(bytes)) as never;
}
