// Loaded into a server by a test: on SIGUSR2 it throws what a driver throws, with everything that drivers hang onto errors.
process.on('SIGUSR2', () => {
  const secret = process.env.PLANTED_SECRET;
  const cause = new Error(`ERR unknown command 'EVALSHA', with args beginning with: '${secret}' `);
  cause.name = 'ReplyError';
  cause.command = { name: 'evalsha', args: [secret] };
  throw Object.assign(new Error('crash', { cause }), { request: secret, details: { token: secret } });
});
