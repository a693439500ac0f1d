// How often redaction takes something out of a line in which there is no secret.

/** @typedef {import('./corpus.mjs').Line} Line */
/**
 * @typedef {object} Miss
 * @property {Line['kind']} kind
 * @property {string} text
 * @property {string} left  what redaction leaves of it
 */

/**
 * @param {readonly Line[]} lines
 * @param {(text: string) => { readonly text: string }} redact
 * @returns {Miss[]}
 */
export function falsePositives(lines, redact) {
  return lines.flatMap(({ kind, text }) => {
    const left = redact(text).text;
    return left === text ? [] : [{ kind, text, left }];
  });
}

/** The table of misses, by kind of line. @param {readonly Line[]} lines @param {readonly Miss[]} misses */
export function rates(lines, misses) {
  const kinds = [...new Set(lines.map(({ kind }) => kind))];
  const rateOf = (/** @type {readonly { kind: string }[]} */ all, /** @type {readonly { kind: string }[]} */ some) =>
    `${some.length} of ${all.length} lines (${((100 * some.length) / all.length).toFixed(2)} %)`;
  const rows = kinds.map((kind) => {
    const isOf = (/** @type {{ kind: string }} */ one) => one.kind === kind;
    return `${kind.padEnd(24)}${rateOf(lines.filter(isOf), misses.filter(isOf))}`;
  });
  return [...rows, `${'all'.padEnd(24)}${rateOf(lines, misses)}`].join('\n');
}
