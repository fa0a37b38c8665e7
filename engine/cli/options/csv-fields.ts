/**
 * The fields of a flag such as `type=local,dest=out`: `[key, value]`, keys in small letters, a value undefined where
 * there is no equals sign. Fields may stand in double quotes, as in CSV.
 */
export function csvFields(text: string): readonly (readonly [key: string, value: string | undefined, field: string])[] {
  const fields = [...text.matchAll(/(?:^|,)((?:"(?:[^"]|"")*"|[^,])*)/g)].map((match) =>
    (match[1] ?? '').replace(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"')),
  );
  return fields.map((field) => {
    const equals = field.indexOf('=');
    return equals < 0
      ? [field.trim().toLowerCase(), undefined, field]
      : [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1), field];
  });
}
