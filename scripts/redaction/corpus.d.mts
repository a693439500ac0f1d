export interface Line {
  readonly kind: 'by hand' | 'prose' | 'code' | 'logs and configuration';
  readonly text: string;
}
export const LINES: number;
export function corpus(): Line[];
