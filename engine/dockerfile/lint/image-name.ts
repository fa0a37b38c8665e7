/**
 * Whether a text can name an image: `alpine`, `localhost:5000/a/b:tag@sha256:...` (distribution's reference grammar).
 * Only whether; what it names is for who builds to find out.
 */
export function isImageName(text: string): boolean {
  const name = GRAMMAR.exec(text)?.[1];
  return name !== undefined && name.length <= 255 && !/^[0-9a-f]{64}$/.test(text);
}

const DOMAIN_NAME = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const PORT = '(?::[0-9]+)?';
/** What comes first is a host only if it looks like one; else it is part of the path, in small letters. */
const HOST = `(?:${DOMAIN_NAME}(?:\\.${DOMAIN_NAME})+${PORT}|localhost${PORT}|${DOMAIN_NAME}:[0-9]+|\\[[0-9a-fA-F:]+\\]${PORT}|(?=[^/]*[A-Z])${DOMAIN_NAME})`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const TAG = '(?::[\\w][\\w.-]{0,127})?';
const DIGEST = '(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?';
const GRAMMAR = new RegExp(`^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)${TAG}${DIGEST}$`);
