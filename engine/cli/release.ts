/** What `docker version` and `docker --version` say of this command line. */
export const CLI_VERSION = '0.1.0';
