/** A part of a value that is to be taken; a value is taken in one or several. */
export interface Part {
  readonly start: number;
  readonly end: number;
}
