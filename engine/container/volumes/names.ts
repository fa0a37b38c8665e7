import { invalidParameter } from '../errors.ts';

const VALID_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Throws ContainerError `invalid-parameter` for a name that the local driver would not take. */
export function checkVolumeName(name: string): void {
  if (name.length === 1) {
    throw invalidParameter(
      `create ${name}: volume name is too short, names should be at least two alphanumeric characters`,
    );
  }
  if (!VALID_NAME.test(name)) {
    throw invalidParameter(
      `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    );
  }
}
