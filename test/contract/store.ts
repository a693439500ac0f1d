// The store as a whole: its clock, its description, its end.
import { expect } from 'vitest';
import { idIn } from './fixtures.ts';
import type { AddCase } from './suite.ts';

export function storeCases(add: AddCase): void {
  add('now() is the store’s clock and moves with it', async ({ state, clock }) => {
    expect(await state.now()).toBe(clock.now());
    await clock.advance(1_234);
    expect(await state.now()).toBe(clock.now());
  });

  add('every answer carries the clock that it is true at', async ({ state, clock }) => {
    await clock.advance(77);
    expect((await state.readSession(idIn(1))).now).toBe(clock.now());
    expect((await state.readRun(idIn(1))).now).toBe(clock.now());
    expect((await state.pageSessions({ partition: 1, limit: 1 })).now).toBe(clock.now());
    expect((await state.pageRuns({ partition: 1, index: 'started', descending: false, limit: 1 })).now).toBe(
      clock.now(),
    );
  });

  add('the store describes itself for people', async ({ state }) => {
    expect(state.info.description).not.toBe('');
    expect(Array.isArray(state.info.warnings)).toBe(true);
  });

  add('a closed store fails as state_unavailable, and closing again is harmless', async ({ state }) => {
    await state.close();
    await expect(state.now()).rejects.toMatchObject({ kind: 'state_unavailable' });
    await expect(state.readSession(idIn(1))).rejects.toMatchObject({ kind: 'state_unavailable' });
    await expect(state.readIdentity('trace')).rejects.toMatchObject({ kind: 'state_unavailable' });
    await expect(state.closeSession(idIn(1), undefined)).rejects.toMatchObject({ kind: 'state_unavailable' });
    await state.close();
  });
}
