import { expect, test } from '@playwright/test';
import { LessonPage } from './terminal.ts';

// Messages and exit codes are those of Docker 28 with BuildKit, but for what says which images this lab can pull.

let lab: LessonPage;

test.beforeEach(async ({ page }) => {
  lab = new LessonPage(page);
  await lab.open();
});

/** Words of a long message, whichever way the terminal broke its lines. */
const words = (...parts: string[]) =>
  new RegExp(
    parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+')).join('[\\s\\S]*'),
  );

test('a Dockerfile that is wrong is answered with the line that is wrong, and leaves nothing', async () => {
  await lab.run('cp Dockerfile good; docker pull -q alpine');
  const dockerfile = async (text: string) => {
    await lab.run(`printf '${text}' > Dockerfile`);
    return lab.status('docker build -t bad .');
  };

  const instruction = await dockerfile('FROM alpine\\nCOPPY . .\\nRUN true\\n');
  expect(instruction.code).toBe(1);
  expect(instruction.output).toContain('Dockerfile:2\n');
  expect(instruction.output).toMatch(/^ {3}1 \| {5}FROM alpine\n {3}2 \| >>> COPPY \. \.\n {3}3 \| {5}RUN true$/m);
  expect(instruction.output).toMatch(
    words(
      'ERROR: failed to build: failed to solve: dockerfile parse error on line 2: unknown instruction: COPPY (did you mean COPY?)',
    ),
  );

  const flag = await dockerfile('FROM alpine\\nCOPY --chwon=1:1 . .\\n');
  expect(flag.code).toBe(1);
  expect(flag.output).toMatch(/^ {3}2 \| >>> COPY --chwon=1:1 \. \.$/m);
  expect(flag.output).toMatch(words('dockerfile parse error on line 2: unknown flag: --chwon (did you mean chown?)'));

  const missing = await dockerfile('FROM alpine\\nCOPY nothing.txt /\\n');
  expect(missing.code).toBe(1);
  expect(missing.output).toMatch(/^ => ERROR \[2\/2\] COPY nothing\.txt \//m);
  expect(missing.output).toMatch(/^ {3}2 \| >>> COPY nothing\.txt \/$/m);
  expect(missing.output).toMatch(words('failed to calculate checksum of ref', '"/nothing.txt": not found'));

  const failing = await dockerfile('FROM alpine\\nRUN echo half > /half && nosuch\\n');
  expect(failing.code).toBe(1);
  expect(failing.output).toContain('/bin/sh: nosuch: not found');
  expect(failing.output).toMatch(
    words('process "/bin/sh -c echo half > /half && nosuch" did not complete successfully: exit code: 127'),
  );

  const base = await dockerfile('FROM nosuch:1\\n');
  expect(base.code).toBe(1);
  expect(base.output).toMatch(/^ {3}1 \| >>> FROM nosuch:1$/m);
  expect(base.output).toMatch(
    words('pull access denied for nosuch, repository does not exist', 'can be pulled here: alpine, '),
  );

  await lab.run('rm Dockerfile');
  const none = await lab.status('docker build -t bad .');
  expect(none.code).toBe(1);
  expect(none.output).toMatch(words('failed to read dockerfile: open Dockerfile: no such file or directory'));

  expect((await lab.run('docker images -a')).split('\n').slice(1)).toEqual([expect.stringMatching(/^alpine\s+latest/)]);
  expect(await lab.run('docker ps -aq')).toBe('');

  // What is right still builds, the engine being none the worse.
  await lab.run('mv good Dockerfile');
  expect((await lab.status('docker build -q -t myapp .')).code).toBe(0);
});

test('a container that cannot be made or started says why, and leaves nothing', async () => {
  await lab.run('docker pull -q alpine');

  const unknown = await lab.status('docker run --rm nosuchimage');
  expect(unknown.code).toBe(125);
  expect(unknown.output).toContain("Unable to find image 'nosuchimage:latest' locally");
  expect(unknown.output).toMatch(
    words(
      'docker: Error response from daemon: pull access denied for nosuchimage, repository does not exist',
      'can be pulled here: alpine, busybox',
    ),
  );
  const elsewhere = await lab.status('docker pull quay.io/some/thing');
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.output).toMatch(words('quay.io', 'can be pulled here: alpine, '));

  const missing = await lab.status('docker run --rm alpine nosuch');
  expect(missing.code).toBe(127);
  expect(missing.output).toMatch(
    words('docker: Error response from daemon:', 'exec: "nosuch": executable file not found in $PATH'),
  );
  const refused = await lab.status('docker run --rm alpine /etc/passwd');
  expect(refused.code).toBe(126);
  expect(refused.output).toMatch(
    words('docker: Error response from daemon:', 'exec: "/etc/passwd": permission denied'),
  );
  expect((await lab.status('docker run --rm alpine sh -c "exit 42"')).code).toBe(42);

  expect(await lab.run('docker ps -aq')).toBe('');
  expect((await lab.run('docker images -a')).split('\n').slice(1)).toEqual([expect.stringMatching(/^alpine\s+latest/)]);
});

test('a container in the wrong state is left as it is', async () => {
  expect(await lab.run('docker run -d --name web alpine sleep 1000 2>/dev/null')).toMatch(/^[0-9a-f]{64}$/);

  const twice = await lab.status('docker run -d --name web alpine sleep 1000');
  expect(twice.code).toBe(125);
  expect(twice.output).toMatch(
    words(
      'docker: Error response from daemon: Conflict. The container name "/web" is already in use by container',
      'You have to remove (or rename) that container',
    ),
  );
  const running = await lab.status('docker rm web');
  expect(running.code).toBe(1);
  expect(running.output).toMatch(
    words(
      'Error response from daemon: cannot remove container "/web": container is running: stop the container before removing or force remove',
    ),
  );
  const missing = await lab.status('docker exec web nosuch');
  expect(missing.code).toBe(127);
  expect(missing.output).toMatch(
    words('OCI runtime exec failed:', 'exec: "nosuch": executable file not found in $PATH'),
  );
  const refused = await lab.status('docker exec web /etc/passwd');
  expect(refused.code).toBe(126);
  expect(refused.output).toMatch(words('OCI runtime exec failed:', 'exec: "/etc/passwd": permission denied'));
  expect((await lab.status('docker exec web sh -c "exit 7"')).code).toBe(7);

  expect(await lab.run('docker ps -q | wc -l')).toBe('1');
  await lab.run('docker kill web');
  const stopped = await lab.status('docker exec web ls');
  expect(stopped.code).toBe(1);
  expect(stopped.output).toMatch(words('Error response from daemon: container', 'is not running'));
  const nobody = await lab.status('docker exec nobody ls');
  expect(nobody.code).toBe(1);
  expect(nobody.output).toMatch(words('Error response from daemon: No such container: nobody'));
  expect(await lab.run('docker ps -aq | wc -l')).toBe('1');
});

test('a command line that is wrong says what is right', async () => {
  const verb = await lab.status('docker biuld .');
  expect(verb.code).toBe(1);
  expect(verb.output).toContain('docker: unknown command: docker biuld');
  expect(verb.output).toContain("Run 'docker --help' for more information");
  const image = await lab.status('docker run');
  expect(image.code).toBe(1);
  expect(image.output).toContain("docker: 'docker run' requires at least 1 argument");
  expect(image.output).toContain('Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]');
  const option = await lab.status('docker run --nosuch alpine');
  expect(option.code).toBe(125);
  expect(option.output).toContain('unknown flag: --nosuch');
  const place = await lab.status('docker build');
  expect(place.code).toBe(1);
  expect(place.output).toContain("docker: 'docker build' requires 1 argument");
  const tag = await lab.status('docker build -t Bad .');
  expect(tag.code).toBe(1);
  expect(tag.output).toMatch(words('invalid reference format: repository name (library/Bad) must be lowercase'));
  expect(await lab.run('docker ps -aq; docker images -aq')).toBe('');
});
