// PolicyDecisionService: who may run which slash command.
import { LIMITS } from '../core/limits.ts';
import type * as wire from '../gen/tollgate.ts';
import { checkSlash, describeSlashAccess, type SlashDecision } from '../pdp/decision/check-slash.ts';
import { RUNNERS, unary } from './operation.ts';
import { encodeDecision } from './wire/encode.ts';
import { SLASH_SCOPE, SLASH_TIER, upper } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { CHAT_TYPE, COMMAND, TRACE_ID } from './wire/rules.ts';

const SLASH = { roles: RUNNERS, listener: 'decision', size: 'request', lifetime: 'call', idempotency: 'none' } as const;

export const SLASH_OPERATIONS = [
  unary('CheckSlash', {
    ...SLASH,
    decode: slashRequestFrom,
    run: checkSlash,
    encode: encodeSlash,
    logged: (_asked, { decision, known }) => ({ decision, about: () => ({ command: known }) }),
  }),
  unary('DescribeSlashAccess', {
    ...SLASH,
    roles: [...RUNNERS, 'auditor'],
    decode: (fields: Fields<wire.DescribeSlashAccessRequest>) => {
      const request = slashWhoFrom(fields);
      fields.check();
      return request;
    },
    run: describeSlashAccess,
    encode: ({ platform, scope, tier, gated, userId, runnableCommands }): wire.DescribeSlashAccessResponse => ({
      platform,
      gated,
      user_id: userId,
      runnable_commands: runnableCommands,
      scope: scope && SLASH_SCOPE[upper(scope)],
      tier: tier && SLASH_TIER[upper(tier)],
    }),
  }),
];

function encodeSlash({ decision, canonical, scope, tier, gated }: SlashDecision): wire.CheckSlashResponse {
  return {
    decision: encodeDecision(decision),
    canonical_command: canonical,
    gated: gated ?? false,
    scope: scope && SLASH_SCOPE[upper(scope)],
    tier: tier && SLASH_TIER[upper(tier)],
  };
}

function slashRequestFrom(fields: Fields<wire.CheckSlashRequest>) {
  const request = {
    ...slashWhoFrom(fields),
    command: fields.requiredText('command', COMMAND),
    explain: fields.flag('explain'),
  };
  fields.check();
  return request;
}

function slashWhoFrom(fields: Fields<wire.DescribeSlashAccessRequest>) {
  const request = {
    platform: fields.id('platform'),
    chatType: fields.text('chat_type', CHAT_TYPE),
    traceId: fields.id('trace_id', TRACE_ID),
    userId: fields.id('user_id', LIMITS.userIdBytesMax),
  };
  fields.oneOf('subject', ['trace_id', 'user_id']);
  if (request.traceId === undefined && request.platform === undefined) {
    fields.refuse('platform', 'is required without a trace_id');
  }
  return request;
}
