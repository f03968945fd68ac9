// A template as far as tests look at it.

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's values have any shape
  readonly Properties: { readonly [name: string]: any };
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: { readonly [id: string]: Resource };
  readonly Outputs: { readonly [id: string]: { readonly Value: unknown } };
}

/** Resources of a type, with their logical ids. */
export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}
