// Entries of a policy that no request can ever meet, each with the reason. They are warnings and no problems: a list may
// name somebody who is not there yet, but its author should know.

import { LIMITS } from '../limits.ts';
import { trimBlank, utf8Length } from '../text.ts';
import { holdsInvisible } from './look-alike.ts';

/** Why no call, or no call that the author meant, has the name of a tool that this pattern covers. */
export function toolWarning(pattern: string): string | undefined {
  const name = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
  if (utf8Length(name) > LIMITS.idBytesMax) return `no tool's name has more than ${LIMITS.idBytesMax} bytes`;
  if (pattern.endsWith('.*')) {
    return `\`${pattern}\` covers names that begin with \`${name}\`: it is no regular expression`;
  }
  if (name.startsWith('!')) return `\`${pattern}\` excludes nothing: \`!\` is a character like any other`;
  const symbol = /[?[\]{}()|^$\\]/.exec(name)?.[0];
  if (symbol) return `\`${pattern}\` is compared byte by byte: \`${symbol}\` stands for nothing but itself`;
  return textWarning(pattern);
}

/** Why no identity is this principal; `platform:user_id`, or the bare user id of a record without a platform. */
export function principalWarning(principal: string): string | undefined {
  const odd = personWarning(principal);
  if (odd !== undefined) return odd;
  if (PRINCIPAL.test(principal)) return undefined;
  if (/^[a-z0-9_-]+:$/.test(principal)) return `\`${principal}\` names no user`;
  const [platform] = principal.split(':', 1);
  if (platform !== principal && platform !== undefined) {
    return `\`${principal}\` is nobody: a platform is written in [a-z0-9_-]+, and \`${platform}\` is not`;
  }
  return `\`${principal}\` is no principal: write platform:user_id, unless its identity records have no platform`;
}

/** Why no user of a platform has this id. */
export function userIdWarning(userId: string, platform: string): string | undefined {
  const odd = personWarning(userId);
  if (odd !== undefined) return odd;
  if (!userId.startsWith(`${platform}:`)) return undefined;
  return `\`${userId}\` is a principal: write the platform's own id, \`${userId.slice(platform.length + 1)}\``;
}

/** Why nobody types this command. */
export function commandWarning(command: string): string | undefined {
  if (command.includes('*')) return `\`${command}\` is one command: \`*\` stands for nothing but itself`;
  return textWarning(command);
}

const PRINCIPAL = /^[a-z0-9_-]+:./s;

function personWarning(text: string): string | undefined {
  if (text.includes('*')) return `\`${text}\` is one user id: \`*\` stands for nobody else`;
  if (/[$%]\{|\{\{|\$[A-Z_]/.test(text)) return `\`${text}\` is taken as it stands: nothing is put in its place`;
  if (/^<[@#]/.test(text)) return `\`${text}\` is a mention: write the digits in it`;
  if (/(?:^|:)@/.test(text)) return `\`${text}\` is a name that is shown: write the user's id`;
  return textWarning(text);
}

const CONTROL = /\p{Cc}/u;

function textWarning(text: string): string | undefined {
  const shown = JSON.stringify(text);
  if (trimBlank(text) !== text) return `${shown} has a blank at its end or beginning, and no request has`;
  if (CONTROL.test(text)) return `${shown} has a control character, which no request may have`;
  return holdsInvisible(text) ? `${shown} holds a character that cannot be seen` : undefined;
}
