/** A policy file of almost 1 MiB, which stores the bodies of tools. */
export function largePolicy(bytes = 2 ** 20 - 1_000): string {
  const lines = ['audit: { profile: compatible }', 'tools:', '  read_file: { store: all }'];
  let length = lines.join('\n').length;
  for (let index = 0; length < bytes - 100; index++) {
    const line = `  tool_number_${index}: { sensitivity: internal, store: lengths }`;
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}
