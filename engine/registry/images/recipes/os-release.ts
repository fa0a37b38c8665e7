/** os-release(5) of an image that is no distribution's. */
export function osRelease(about: { readonly name: string; readonly parts: string; readonly version: string }): string {
  return `NAME="${about.name}"
ID=drydock
VERSION_ID=${about.version}
PRETTY_NAME="${about.name} (${about.parts})"
`;
}
