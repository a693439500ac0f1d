// Loaded into a server before its own code: takes away what keeps the event loop free. Requests are never handed to workers,
// and long work is never cut into slices.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const hooks = `
  const CHANGES = [
    ['/workers/append-offload.js', /OFFLOAD_BYTES_MIN = [^;]+;/, 'OFFLOAD_BYTES_MIN = Infinity;'],
    ['/pdp/turns.js', /SLICE_MS = [^;]+;/, 'SLICE_MS = Infinity;'],
    ['/pdp/merge-pages.js', /CHUNK_BYTES = [^;]+;/, 'CHUNK_BYTES = Infinity;'],
    ['/workers/policy-offload.js', /pool.run.*asked[)]/, 'Promise.resolve()'],
  ];
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    const change = CHANGES.find(([end]) => url.endsWith(end));
    if (!change) return loaded;
    const source = String(loaded.source);
    if (!change[1].test(source)) throw new Error(url + ' has nothing of the kind');
    return { ...loaded, source: source.replace(change[1], change[2]) };
  }
`;

if (isMainThread) register(`data:text/javascript,${encodeURIComponent(hooks)}`);
