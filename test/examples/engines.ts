// The examples are told once on each engine.
import { startRedis } from '../support/redis-server.ts';
import { type RunningServer, startServer } from '../support/server.ts';

export const ENGINES = ['embedded', 'redis'] as const;
export type Engine = (typeof ENGINES)[number];

export interface Stage {
  readonly server: RunningServer;
  /** The store, if the server runs on one. */
  readonly redisUrl: string | undefined;
  close(): Promise<void>;
}

/** Starts a server as `npm start` would, on the example policy, and for the engine `redis` a store of its own. */
export async function openStage(engine: Engine): Promise<Stage> {
  const redis = engine === 'redis' ? await startRedis() : undefined;
  try {
    const server = await startServer(redis ? { store: redis.url } : {});
    return {
      server,
      redisUrl: redis?.url,
      close: async () => {
        await server.stop();
        await redis?.stop();
      },
    };
  } catch (error) {
    await redis?.stop();
    throw error;
  }
}
