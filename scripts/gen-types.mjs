// Makes the TypeScript types of the messages that the codec on protobufjs decodes and encodes. Every field may be absent; an enum
// and a 64-bit integer are numbers. One file for the package, so that no type is written twice.

/** @param root  a resolved protobufjs Root @returns the text of src/gen/tollgate.ts */
export function typesOf(root, packageName) {
  const types = new Map();
  const enums = new Map();
  const services = [];
  visit(root.lookup(packageName), { types, enums, services });
  // The well-known types that the package uses.
  for (const type of types.values()) for (const field of type.fieldsArray) collect(field, { types, enums });
  return [
    '// Generated from proto/ by `npm run gen`; do not edit. The messages as src/api/wire/codec.ts decodes and encodes them.',
    ...[...enums.values()].map(enumText),
    ...[...types.values()].map(messageText),
    rpcsText(services),
  ].join('\n\n');
}

function visit(namespace, found) {
  for (const nested of namespace.nestedArray) {
    if ('methods' in nested) found.services.push(nested);
    else if ('fields' in nested) add(nested, found);
    else if ('values' in nested) found.enums.set(nested.fullName, nested);
  }
}

function add(type, found) {
  if (found.types.has(type.fullName)) return;
  found.types.set(type.fullName, type);
  for (const field of type.fieldsArray) collect(field, found);
}

function collect(field, found) {
  const type = field.resolve().resolvedType;
  if (!type) return;
  if ('fields' in type) add(type, found);
  else found.enums.set(type.fullName, type);
}

function enumText(type) {
  return `export type ${type.name} = ${Object.values(type.values).join(' | ')};`;
}

function messageText(type) {
  const fields = type.fieldsArray.map((field) => `  readonly ${field.name}?: ${typeOf(field)} | undefined;`);
  if (fields.length === 0) return `export type ${type.name} = Readonly<Record<string, never>>;`;
  return `export interface ${type.name} {\n${fields.join('\n')}\n}`;
}

const SCALARS = {
  string: 'string',
  bytes: 'Uint8Array',
  bool: 'boolean',
  double: 'number',
  int32: 'number',
  int64: 'number',
};

function typeOf(field) {
  const one = field.resolvedType?.name ?? SCALARS[field.type];
  if (one === undefined) throw new Error(`${field.fullName}: the type ${field.type} has no TypeScript type here`);
  if (field.map) return `Readonly<Record<string, ${one}>>`;
  return field.repeated ? `readonly ${one}[]` : one;
}

function rpcsText(services) {
  const rows = services.flatMap((service) =>
    service.methodsArray.map(({ name, requestType, responseType, responseStream, requestStream }) => {
      const short = (type) => type.split('.').at(-1);
      const mode = requestStream ? 'duplex' : responseStream ? 'stream' : 'unary';
      return `  readonly ${name}: {
    readonly service: '${service.name}';
    readonly mode: '${mode}';
    readonly request: ${short(requestType)};
    readonly response: ${short(responseType)};
  };`;
    }),
  );
  const names = services.map(({ name }) => `'${name}'`).join(' | ');
  return `export type ServiceName = ${names};\n\n/** Every RPC of the package; no two have the same name. */\nexport interface Rpcs {\n${rows.join('\n')}\n}\n`;
}
