// The lines of a bundle, each read on its own. A line has one form: whatever JSON would also take (blanks, other orders,
// further or repeated fields, other spellings of a character or number) is refused, so that no byte of it can change unseen.

/**
 * Ten times the longest line that is written: a header with three texts of 4,000 bytes, each byte of which takes up to seven
 * characters once it is escaped twice. A longer line would cost its reader a multiple of its length in memory.
 */
export const LINE_LENGTH_MAX = 2 ** 20;

/** More than any tree is high, and more than a hash takes. */
const PROOF_MAX = 64;
const PROOF_TEXT_MAX = 64;

/** A line that could not be taken from its file. */
export interface BrokenLine {
  readonly broken: 'too long' | 'not UTF-8' | 'unfinished';
}

export interface HeaderLine {
  readonly kind: 'header';
  readonly runId: string;
  readonly status: string;
  readonly runLine: string | null;
  readonly texts: { readonly salt: string; readonly json: string } | null;
  readonly keys: readonly string[];
}

export interface RecordLine {
  readonly kind: 'record';
  readonly sequence: number;
  readonly type: string;
  readonly leaf: string;
  readonly hash: string;
  readonly salt: string | null;
  readonly payload: string | null;
}

export interface CheckpointLine {
  readonly kind: 'checkpoint';
  readonly note: string;
  readonly consistency: readonly string[];
}

export interface InclusionLine {
  readonly kind: 'inclusion';
  readonly sequence: number;
  readonly proof: readonly string[];
}

export interface EndLine {
  readonly kind: 'end';
  readonly records: number;
  readonly checkpoints: number;
}

export type BundleLine = HeaderLine | RecordLine | CheckpointLine | InclusionLine | EndLine;

/** @returns undefined for whatever is no line of a bundle in its one form */
export function parseLine(text: string): BundleLine | undefined {
  const [, firstKey] = /^\{"([a-z_]{1,20})":/.exec(text) ?? [];
  const form = FORMS.find(({ opensWith }) => opensWith === firstKey);
  if (!form || text.length > LINE_LENGTH_MAX) return undefined;
  const fields = parseObject(text);
  const line = fields && form.read(fields);
  return line && JSON.stringify(form.write(line as never)) === text ? line : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function form<Line extends BundleLine>(
  opensWith: string,
  read: (fields: Fields) => Line | undefined,
  write: (line: Line) => object,
) {
  return { opensWith, read, write };
}

const FORMS = [
  form(
    'tollgate_bundle',
    ({ tollgate_bundle, run_id: runId, status, run_line: runLine, texts, keys }): HeaderLine | undefined =>
      tollgate_bundle === 1 &&
      isText(runId) &&
      isText(status) &&
      (runLine === null || isText(runLine)) &&
      (texts === null || isSaltedText(texts)) &&
      isTexts(keys)
        ? { kind: 'header', runId, status, runLine, texts, keys }
        : undefined,
    ({ runId, status, runLine, texts, keys }) => ({
      tollgate_bundle: 1,
      run_id: runId,
      status,
      run_line: runLine,
      texts: texts && { salt: texts.salt, json: texts.json },
      keys,
    }),
  ),
  form(
    'sequence',
    ({ sequence, type, leaf, hash, salt, payload }): RecordLine | undefined =>
      isCount(sequence) &&
      isText(type) &&
      isText(leaf) &&
      isText(hash) &&
      ((isText(salt) && isText(payload)) || (salt === null && payload === null))
        ? { kind: 'record', sequence, type, leaf, hash, salt, payload }
        : undefined,
    ({ sequence, type, leaf, hash, salt, payload }) => ({ sequence, type, leaf, hash, salt, payload }),
  ),
  form(
    'checkpoint',
    ({ checkpoint: note, consistency }): CheckpointLine | undefined =>
      isText(note) && isProof(consistency) ? { kind: 'checkpoint', note, consistency } : undefined,
    ({ note, consistency }) => ({ checkpoint: note, consistency }),
  ),
  form(
    'inclusion',
    ({ inclusion }): InclusionLine | undefined =>
      isObject(inclusion) && isCount(inclusion.sequence) && isProof(inclusion.proof)
        ? { kind: 'inclusion', sequence: inclusion.sequence, proof: inclusion.proof }
        : undefined,
    ({ sequence, proof }) => ({ inclusion: { sequence, proof } }),
  ),
  form(
    'end',
    ({ end }): EndLine | undefined =>
      isObject(end) && isCount(end.records) && isCount(end.checkpoints)
        ? { kind: 'end', records: end.records, checkpoints: end.checkpoints }
        : undefined,
    ({ records, checkpoints }) => ({ end: { records, checkpoints } }),
  ),
];

/** The fields of a JSON object; undefined for any other text. */
export function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Whether it may be one; what it proves is for the tree to say. Of a checkpoint it is held, so it has a bound. */
function isProof(value: unknown): value is readonly string[] {
  return isTexts(value) && value.length <= PROOF_MAX && value.every(({ length }) => length <= PROOF_TEXT_MAX);
}

function isSaltedText(value: unknown): value is { readonly salt: string; readonly json: string } {
  return isObject(value) && isText(value.salt) && isText(value.json);
}
