// One field of a small form, in either of the two encodings a form may have.

/**
 * The first value of a field, or undefined. Multipart forms are read as far as RFC 8058 needs:
 * short text parts with a quoted name.
 */
export function formField(body: string, contentType: string, name: string): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    return new URLSearchParams(body).get(name) ?? undefined;
  }
  const [, quoted, plain] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)) {
    const end = part.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const head = part.slice(0, end);
    if (partName(head) === name) return part.slice(end + 4);
  }
  return undefined;
}

function partName(head: string): string | undefined {
  return /^content-disposition:\s*form-data;(?:[^\r\n]*;)?\s*name="([^"\r\n]*)"/im.exec(head)?.[1];
}
