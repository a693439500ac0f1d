// The package ships no types; these are the parts in use.
declare module 'fs-native-extensions' {
  /** Takes an exclusive lock of the operating system on an open, writable file; false when another holds it. */
  export function tryLock(fd: number): boolean;
  export function unlock(fd: number): void;
}
