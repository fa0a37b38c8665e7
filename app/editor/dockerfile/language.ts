import type * as Monaco from 'monaco-editor';

export const DOCKERFILE = 'dockerfile';

const KEYWORDS =
  'ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR';

/**
 * Colours for Dockerfiles. Instructions count only where a line begins, in any case, and continue after a backslash;
 * Monaco's own grammar takes any such word for one.
 */
export function registerDockerfile(monaco: typeof Monaco): void {
  if (monaco.languages.getLanguages().some(({ id }) => id === DOCKERFILE)) return;
  monaco.languages.register({ id: DOCKERFILE, filenames: ['Dockerfile'], extensions: ['.dockerfile'] });
  monaco.languages.setLanguageConfiguration(DOCKERFILE, {
    comments: { lineComment: '#' },
    brackets: [
      ['[', ']'],
      ['{', '}'],
      ['(', ')'],
    ],
    autoClosingPairs: [
      { open: '[', close: ']' },
      { open: '{', close: '}' },
      { open: '(', close: ')' },
      { open: '"', close: '"', notIn: ['string'] },
      { open: "'", close: "'", notIn: ['string'] },
    ],
  });
  monaco.languages.setMonarchTokensProvider(DOCKERFILE, {
    defaultToken: '',
    ignoreCase: true,
    tokenizer: {
      root: [
        [/^\s*#.*$/, 'comment'],
        [/^\s*(ONBUILD)(\s+)/, ['keyword', '']],
        [/^\s*FROM\b/, { token: 'keyword', next: '@from' }],
        [new RegExp(`^\\s*(?:${KEYWORDS})\\b`), { token: 'keyword', next: '@arguments' }],
        [new RegExp(`(?:${KEYWORDS})\\b`), { token: 'keyword', next: '@arguments' }],
        [/\s+/, ''],
      ],
      from: [
        [/\b(AS)(\s+)([\w.-]+)(?=$)/, ['keyword', '', { token: 'type', next: '@pop' }]],
        [/\b(AS)(\s+)([\w.-]+)/, ['keyword', '', 'type']],
        { include: '@arguments' },
      ],
      arguments: [
        // A comment inside a continued instruction is a comment still.
        [/^\s*#.*$/, 'comment'],
        [/\\\s*$/, 'delimiter'],
        [/--[a-z-]+(?==)?/, 'attribute.name'],
        [/(?:\$\{[^}]*\}|\$\w+)(?=$)/, { token: 'variable', next: '@pop' }],
        [/\$\{[^}]*\}|\$\w+/, 'variable'],
        [/"(?:[^"\\$]|\\.|\$(?!\w|\{))*"(?=$)/, { token: 'string', next: '@pop' }],
        [/"(?:[^"\\]|\\.)*"/, 'string'],
        [/'[^']*'(?=$)/, { token: 'string', next: '@pop' }],
        [/'[^']*'/, 'string'],
        [/[[\],](?=$)/, { token: 'delimiter', next: '@pop' }],
        [/[[\],]/, 'delimiter'],
        [/[^\s\\$"'[\],-]+(?=$)/, { token: '', next: '@pop' }],
        [/[^\s\\$"'[\],-]+/, ''],
        [/.(?=$)/, { token: '', next: '@pop' }],
        [/./, ''],
      ],
    },
  });
}
