// The campaign file's JSON Schema as it stands in the repository.

/** Two spaces, one value a line: a change shows as what it is. */
export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
