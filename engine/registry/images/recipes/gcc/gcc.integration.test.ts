import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withFolder } from '../../testing/build-context.ts';
import { type Lab, startLab } from '../../testing/lab.ts';

// Compiling takes seconds in an emulated machine, and many of them where two cores do everything at once.
vi.setConfig({ testTimeout: 900_000 });

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

const PROGRAM = `#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void *square(void *value) {
    *(double *)value *= *(double *)value;
    return NULL;
}

int main(int count, char **arguments) {
    double value = 3;
    pthread_t thread;
    struct stat root;
    regex_t pattern;
    uint64_t large = UINT64_C(123456789012345);
    pthread_create(&thread, NULL, square, &value);
    pthread_join(thread, NULL);
    FILE *file = fopen(arguments[0], "rb");
    char magic[5] = "";
    if (file == NULL || fread(magic, 1, 4, file) != 4 || fclose(file) != 0) return 3;
    if (stat("/", &root) != 0 || !S_ISDIR(root.st_mode)) return 4;
    if (regcomp(&pattern, "E+L", REG_EXTENDED) != 0 || regexec(&pattern, magic, 0, NULL, 0) != 0) return 5;
    printf("%s %g %.3f %llu\\n", magic + 1, value, sqrt(count + 1), (unsigned long long)(large / 7));
    return 0;
}
`;
const PRINTED = 'ELF 9 1.414 17636684144620\n';

it('compiles in one stage what runs in another: static in none and in any, dynamic in Debian', async () => {
  const dockerfile = `FROM gcc AS build
COPY app.c .
RUN gcc -static -O2 -Wall -Wextra -Werror -o app app.c -lm -pthread && strip app
RUN cc -O2 -Wall -g -std=c11 -o dynamic app.c -lm && ./dynamic
FROM scratch AS static
COPY --from=build app /
CMD ["/app"]
FROM alpine AS small
COPY --from=build app dynamic /
CMD ["/app"]
FROM debian:bookworm-slim AS dynamic
COPY --from=build dynamic /app
CMD ["/app"]
`;
  await withFolder({ Dockerfile: dockerfile, 'app.c': PROGRAM }, async (folder) => {
    for (const target of ['static', 'small', 'dynamic']) {
      await lab.succeed('build', '-q', '--target', target, '-t', target, folder);
      expect(await lab.succeed('run', '--rm', target), target).toBe(PRINTED);
    }
  });
  const size = Number(await lab.succeed('image', 'inspect', '--format', '{{.Size}}', 'static'));
  expect(size).toBeLessThan(1_000_000);
  // As with the real images: a program linked with glibc finds no loader where there is musl.
  const { code, stderr } = await lab.docker('run', '--rm', 'small', '/dynamic');
  expect([code, stderr]).toEqual([255, 'exec /dynamic: no such file or directory\n']);
});

it('is a tool chain: objects, archives, shared libraries, make', async () => {
  const makefile = `CFLAGS = -Wall -MMD
greet: greet.o libnames.a
\t$(CC) -o $@ $^ -s
libnames.a: names.o
\tar rcs $@ $^
libnames.so: names.c
\t$(CC) -shared -fPIC -o $@ $<
shared: greet.c libnames.so
\t$(CC) -o $@ $< -L. -lnames -Wl,-rpath,'$$ORIGIN'
`;
  const files = {
    Dockerfile: `FROM gcc
COPY Makefile *.c /src/
WORKDIR /src
RUN make && ./greet
RUN rm libnames.a && make shared && ./shared && readelf -d shared | grep -o 'libnames.so\\]'
RUN gcc -E -DWHO=me names.c | grep -q '"me"'; echo 'int main(void) { return 7; }' | gcc -x c - && ./a.out || echo $?
`,
    Makefile: makefile,
    'names.c':
      '#ifndef WHO\n#define WHO you\n#endif\n#define TEXT_(x) #x\n#define TEXT(x) TEXT_(x)\nconst char *name(void) { return TEXT(WHO); }\n',
    'greet.c':
      '#include <stdio.h>\nconst char *name(void);\nint main(void) { return printf("hello, %s\\n", name()) < 0; }\n',
  };
  const { code, stdout, stderr } = await withFolder(files, (folder) => lab.docker('build', '--progress=plain', folder));
  const output = stdout + stderr;
  expect(code, output).toBe(0);
  expect(output).toContain('cc -o greet greet.o libnames.a -s');
  expect(output.match(/hello, you/g)).toHaveLength(2);
  expect(output).toContain('libnames.so]');
  expect(output).toMatch(/ 7\n/);
});

it('says what it is and what is wrong', async () => {
  const script = `cd /tmp; gcc --version; cc -dumpmachine
    echo 'int main(void) { return 0 }' > a.c; gcc a.c 2>&1 || echo $?
    echo 'int main(void) { return b(); }' > a.c; gcc -w a.c 2>&1 || echo $?
    gcc 2>&1 || echo $?; gcc -S a.c 2>&1 || echo $?; gcc a.cpp 2>&1 || echo $?; ls`;
  expect(await lab.succeed('run', '--rm', 'gcc', 'bash', '-c', script)).toMatch(
    new RegExp(
      [
        "^gcc \\(Drydock's stand-in: tcc 0\\.9\\.27, GNU ld\\) 0\\.9\\.27",
        'i686-linux-gnu',
        `a\\.c:1: error: ';' expected \\(got "}"\\)`,
        '1',
        "(?:.*\\n)*.*undefined reference to `b'",
        '1',
        'gcc: error: no input files',
        '1',
        'gcc: error: tcc, which compiles here, writes no assembly: there is no -S',
        '1',
        'gcc: error: a\\.cpp: there is no C\\+\\+ compiler here',
        '1',
        'a\\.c\\n$',
      ].join('\\n'),
    ),
  );
});
