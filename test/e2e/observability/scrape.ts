// A server's monitoring listener as those see it who ask it: plain HTTP, and the text format of Prometheus.
import { type IncomingHttpHeaders, request } from 'node:http';
import type { RunningServer } from '../../support/server.ts';

export const MONITORED = { TOLLGATE_OBSERVABILITY_LISTEN: '127.0.0.1:0' };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Where a server said that it is monitored. */
export function monitoringOf({ log }: Pick<RunningServer, 'log'>): string {
  const serving = log.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'serving');
  return serving.observability;
}

/** @param address  `host:port` or `unix:path` */
export function ask(address: string, path: string, method = 'GET'): Promise<HttpAnswer> {
  const at = address.lastIndexOf(':');
  const where = address.startsWith('unix:')
    ? { socketPath: address.slice('unix:'.length) }
    : { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
  return new Promise((resolve, reject) => {
    request({ ...where, path, method, agent: false, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .once('error', reject)
      .end();
  });
}

export class Scrape {
  /** Every series, as `name{labels}`, with its value. */
  readonly series: ReadonlyMap<string, number>;

  constructor(text: string) {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.series = new Map(
      lines.map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
    );
  }

  /** The sum of the series of this name that have these labels; 0 if there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    let sum = 0;
    for (const [series, value] of this.series) {
      if (series.split('{')[0] !== name) continue;
      const own = /\{(.*)\}/.exec(series)?.[1]?.split(',') ?? [];
      if (wanted.every((label) => own.includes(label))) sum += value;
    }
    return sum;
  }

  /** Names without labels. */
  get names(): ReadonlySet<string> {
    return new Set([...this.series.keys()].map((series) => series.split('{')[0]!));
  }
}

export async function scrape(address: string): Promise<Scrape> {
  const { status, text } = await ask(address, '/metrics');
  if (status !== 200) throw new Error(`/metrics answered ${status}: ${text}`);
  return new Scrape(text);
}
