// What jobs are given in memory that all threads share, each made once: requests, policies, redaction rules.
import type { LoadedPolicy } from '../pdp/pdp.ts';
import type { RedactionData } from '../redaction/operator-rules.ts';
import type { SharedBytes, SharedPolicy, SharedRedaction, SharedRequest } from './jobs.ts';

export class SharedInputs {
  readonly #redactions = new WeakMap<RedactionData, SharedRedaction>();
  readonly #policies = new WeakMap<object, SharedPolicy>();
  #lastId = 0;

  /** Copies a request's bytes and gives them an id. */
  request(bytes: Uint8Array): SharedRequest {
    return { id: ++this.#lastId, bytes: copied(bytes) };
  }

  /** The same object for the same rules. */
  redaction(data: RedactionData): SharedRedaction {
    const known = this.#redactions.get(data);
    if (known) return known;
    const made = { id: ++this.#lastId, data };
    this.#redactions.set(data, made);
    return made;
  }

  /** The same object for the same policy. @throws if the policy has no document */
  policy({ policy, revision, document }: LoadedPolicy): SharedPolicy {
    const known = this.#policies.get(policy);
    if (known) return known;
    if (document === undefined) throw new Error('a policy without its document cannot be sent to a worker');
    const made = { revision, document: copied(Buffer.from(document)) };
    this.#policies.set(policy, made);
    return made;
  }
}

function copied(bytes: Uint8Array): SharedBytes {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
