// A real server on either engine, with clients, opened and closed as one.
import { type Clients, clientsOf } from './clients.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { PATIENCE, type RunningServer, type ServerOptions, startServer } from './server.ts';

export const ENGINES = ['embedded', 'Redis'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface OpenServer {
  readonly server: RunningServer;
  readonly clients: Clients;
  /** Undefined on the embedded engine. */
  readonly redis: RedisServer | undefined;
  close(): Promise<void>;
}

export async function openServer(engine: EngineName, options: ServerOptions = {}): Promise<OpenServer> {
  const redis = engine === 'Redis' ? await startRedis() : undefined;
  try {
    const store = redis === undefined ? {} : { store: redis.url };
    const server = await startServer({ ...options, ...store, env: { ...PATIENCE, ...options.env } });
    const clients = clientsOf(server);
    return {
      server,
      clients,
      redis,
      async close() {
        clients.close();
        await server.stop();
        await redis?.stop();
      },
    };
  } catch (error) {
    await redis?.stop();
    throw error;
  }
}
