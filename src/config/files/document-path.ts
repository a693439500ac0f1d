// A place inside a parsed document, and how an error line writes it.

export type DocumentPath = readonly (string | number)[];

/** `platforms.discord.allow_admin_from[0]`; names that would not read as one word are quoted. */
export function pathText(path: DocumentPath): string {
  return path.map((segment, index) => segmentText(segment, index === 0)).join('');
}

/** A message about the entry at `path`; about the whole document, it stands alone. */
export function aboutPath(path: DocumentPath, message: string): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`;
}

function segmentText(segment: string | number, first: boolean): string {
  if (typeof segment === 'number') return `[${segment}]`;
  if (!/^[\w$-]+$/.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}
