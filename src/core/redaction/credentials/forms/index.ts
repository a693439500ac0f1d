// Every form of credential that can be told by itself.
import { CLOUDS_1 } from './clouds-1.ts';
import { CLOUDS_2 } from './clouds-2.ts';
import { CODE } from './code.ts';
import { DATABASES } from './databases.ts';
import type { CredentialForm } from './form.ts';
import { MESSAGES } from './messages.ts';
import { MODELS_1 } from './models-1.ts';
import { MODELS_2 } from './models-2.ts';
import { MONITORING } from './monitoring.ts';
import { PACKAGES } from './packages.ts';
import { PAYMENTS } from './payments.ts';
import { PLATFORMS_1 } from './platforms-1.ts';
import { PLATFORMS_2 } from './platforms-2.ts';
import { SECRETS } from './secrets.ts';
import { STANDARDS_1 } from './standards-1.ts';
import { STANDARDS_2 } from './standards-2.ts';

export type { CredentialForm } from './form.ts';

/** One row per form. Tests, the report and the first look are all made from it. */
export const CREDENTIAL_FORMS: readonly CredentialForm[] = [
  ...CLOUDS_1,
  ...CLOUDS_2,
  ...DATABASES,
  ...CODE,
  ...SECRETS,
  ...MODELS_1,
  ...MODELS_2,
  ...MESSAGES,
  ...PAYMENTS,
  ...MONITORING,
  ...PACKAGES,
  ...PLATFORMS_1,
  ...PLATFORMS_2,
  ...STANDARDS_1,
  ...STANDARDS_2,
];
