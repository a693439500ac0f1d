// What keeps the server from starting, in one line that an operator can act on. Everything else that goes wrong at a
// start is a bug and shows its stack.

export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}
