interface Operation {
  readonly operationId?: string;
  readonly requestBody?: object;
}

/**
 * What the generator cannot know: bodies that may be left out are not required, and named schemas that nothing refers
 * to are left out.
 */
export function tidyDocument<Document extends object>(
  document: Document,
  withOptionalBody: ReadonlySet<string>,
): Document {
  const text = JSON.stringify(document, (_name, value: unknown) => {
    const { operationId, requestBody } = (value ?? {}) as Operation;
    if (operationId === undefined || requestBody === undefined || !withOptionalBody.has(operationId)) return value;
    return { ...(value as object), requestBody: { ...requestBody, required: false } };
  });
  const tidied = JSON.parse(text) as Document & { components?: { schemas?: Record<string, unknown> } };
  const { components } = tidied;
  if (components?.schemas !== undefined)
    components.schemas = Object.fromEntries(
      Object.entries(components.schemas).filter(([name]) => text.includes(`"#/components/schemas/${name}"`)),
    );
  return tidied;
}
