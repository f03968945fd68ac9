// The one name under which all lines and metrics of a burst are found, whoever wrote them.

type Fields = { readonly [name: string]: unknown };

export function correlated(fields: Fields = {}): Fields {
  return typeof fields.burst === 'string' ? { correlation_id: fields.burst, ...fields } : fields;
}
