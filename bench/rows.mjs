// The rows of the table: what is asked, of whom, and how it is known afterwards that every call had its effect.
import { countPrefixed, encodeRequest, grpcFrame, responseBytes } from './protocol.mjs';
import { BATCH_EVENTS, RECORDS_PER_EVENT, requests } from './targets.mjs';

const EFFECT_ALLOW = 1;
/** Varints grow with the numbers in them. */
const RESPONSE_BYTES_SLACK = 12;

/** @typedef {import('./targets.mjs').Target} Target */
/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} method
 * @property {'h2load' | 'ghz'} tool
 * @property {boolean} charges  on Redis: whether each call is a charge
 * @property {(target: Target, calls: number) => Buffer} file  what the load generator reads
 * @property {(target: Target) => object} sample  one request of the kind
 * @property {(target: Target) => Promise<number>} [counted]  calls that had their effect, by the server's own count
 * @property {boolean} [alsoWithoutRecords]  asked of the servers that record no decisions, too
 * @property {number} [weight]  how many times more than other calls one costs, so that fewer are sent
 */

let keysUsed = 0;
const nextKey = () => `bench-key-${(keysUsed++).toString().padStart(12, '0')}`;

/** @type {readonly Row[]} */
export const ROWS = [
  fixed('Authorize', (target) => requests.authorize(target.sessions.authorize), {
    charges: true,
    alsoWithoutRecords: true,
    counted: (target) => target.callsMade([target.sessions.authorize]),
  }),
  fixed('ConsumeBudget', (target) => requests.consumeBudget(target.sessions.consume), {
    charges: true,
    counted: (target) => target.callsMade([target.sessions.consume]),
  }),
  fixed('ValidateScope', (target) => requests.validateScope(target.runs[0] ?? '')),
  fixed('CheckSlash', () => requests.checkSlash()),
  {
    name: 'Authorize, a key per call',
    method: 'Authorize',
    tool: 'ghz',
    charges: true,
    file: (target, calls) => keyedMessages(target.sessions.keyed, calls),
    sample: (target) => requests.authorize(target.sessions.keyed[0] ?? '', nextKey()),
    counted: (target) => target.callsMade(target.sessions.keyed),
  },
  {
    name: 'AppendAudit, 1 event',
    method: 'AppendAudit',
    tool: 'ghz',
    charges: false,
    file: (target) => eventMessages(target.runs),
    sample: (target) => requests.appendAudit(target.runs[0] ?? ''),
    counted: async (target) => (await target.recordsStored(target.runs)) / RECORDS_PER_EVENT,
  },
  {
    name: `AppendAudit, ${BATCH_EVENTS} events`,
    method: 'AppendAudit',
    tool: 'ghz',
    charges: false,
    weight: BATCH_EVENTS,
    file: (target) => eventMessages(target.batchRuns, BATCH_EVENTS),
    sample: (target) => requests.appendAudit(target.batchRuns[0] ?? '', BATCH_EVENTS),
    counted: async (target) => (await target.recordsStored(target.batchRuns)) / RECORDS_PER_EVENT / BATCH_EVENTS,
  },
];

/**
 * @param {string} method
 * @param {(target: Target) => object} request
 * @param {{ charges: boolean, alsoWithoutRecords?: boolean, counted: NonNullable<Row['counted']> }} [effect]
 * @returns {Row}
 */
function fixed(method, request, effect) {
  return {
    name: method,
    method,
    tool: 'h2load',
    charges: false,
    ...effect,
    file: (target) => grpcFrame(encodeRequest(method, request(target))),
    sample: request,
  };
}

/**
 * Authorize requests with keys that were never used before, spread over sessions.
 *
 * @param {readonly string[]} sessions
 * @param {number} calls
 */
export function keyedMessages(sessions, calls) {
  return countPrefixed(
    Array.from({ length: calls }, (_, index) =>
      encodeRequest('Authorize', requests.authorize(sessions[index % sessions.length] ?? '', nextKey())),
    ),
  );
}

/** @param {readonly string[]} runs @param {number} [events]  of each call */
export function eventMessages(runs, events = 1) {
  return countPrefixed(runs.map((run) => encodeRequest('AppendAudit', requests.appendAudit(run, events))));
}

/** Counts what was sent to one target for one row, and says whether all of it had its effect. */
export class Ledger {
  #row;
  #target;
  #sent = 0;
  #responseBytes = 0;

  /** @param {Row} row @param {Target} target */
  constructor(row, target) {
    this.#row = row;
    this.#target = target;
  }

  /** Asks once through a real client. @throws if the answer is not what all others shall be */
  async sample() {
    const { method } = this.#row;
    const response = await this.#target.decisions.call(method, this.#row.sample(this.#target));
    this.#sent++;
    this.#responseBytes = responseBytes(method, response);
    const { decision, first_sequence: sequence } = response;
    if (decision ? decision.effect !== EFFECT_ALLOW : !(sequence > 0)) {
      throw new Error(`${this.#row.name} on ${this.#target.name} answers ${JSON.stringify(response)}`);
    }
    return response;
  }

  /**
   * h2load takes any answer for a success: an error would have no message, and a denial a longer one.
   *
   * @param {number} calls
   * @param {number} [bytesPerCall]
   */
  sent(calls, bytesPerCall) {
    this.#sent += calls;
    if (bytesPerCall !== undefined && Math.abs(bytesPerCall - this.#responseBytes) > RESPONSE_BYTES_SLACK) {
      throw new Error(`${this.#row.name} on ${this.#target.name}: responses have ${bytesPerCall} bytes`);
    }
  }

  /** @returns {Promise<{ sent: number, counted: number | undefined }>} */
  async settle() {
    const counted = await this.#row.counted?.(this.#target);
    if (counted !== undefined && counted !== this.#sent) {
      throw new Error(`${this.#row.name} on ${this.#target.name}: ${this.#sent} sent, ${counted} had their effect`);
    }
    return { sent: this.#sent, counted };
  }
}
