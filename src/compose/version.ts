// The version of this package, for the banner, the log, metrics, traces and GetServerInfo.
import { readFileSync } from 'node:fs';

/** As package.json has it: two folders up from src/compose and from dist/compose. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
