// What a caller may be: one role each, and which operations a role may call stands with each operation.

export const ROLES = ['runner', 'controller', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];
