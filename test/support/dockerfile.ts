// A Dockerfile as a list of stages, read for tests that repeat what it says without a builder.
import { readFileSync } from 'node:fs';

export interface Instruction {
  readonly name: string;
  readonly value: string;
}

export interface Copy {
  /** A stage; undefined for the folder that is built. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export interface Stage {
  readonly name: string | undefined;
  readonly image: string;
  readonly instructions: readonly Instruction[];
  readonly copies: readonly Copy[];
}

export function readDockerfile(path: string): Stage[] {
  const lines = readFileSync(path, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const instructions = lines.map((line) => {
    const [, name = '', value = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), value: value.trim() };
  });
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, index) => stageOf(instructions.slice(start, starts[index + 1])));
}

function stageOf([from, ...instructions]: readonly Instruction[]): Stage {
  const [image = '', , name] = from!.value.split(/\s+/);
  return {
    name,
    image,
    instructions,
    copies: instructions.filter((instruction) => instruction.name === 'COPY').map(({ value }) => copyOf(value)),
  };
}

function copyOf(value: string): Copy {
  const words = value.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
  return { from, sources: words.slice(0, -1), target: words.at(-1)! };
}

/** The value of the last instruction of this name. */
export function lastOf({ instructions }: Stage, name: string): string {
  const found = instructions.findLast((instruction) => instruction.name === name);
  if (!found) throw new Error(`the stage has no ${name}`);
  return found.value;
}
