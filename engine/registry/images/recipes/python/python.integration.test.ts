import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withFolder } from '../../testing/build-context.ts';
import { type Lab, startLab } from '../../testing/lab.ts';

// The first start of so large a program in a machine that has just begun takes many times as long as the next.
vi.setConfig({ testTimeout: 900_000 });

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

const python = (...argv: string[]) => lab.succeed('run', '--rm', 'python:3-slim', ...argv);

it('is Python 3.11', async () => {
  expect(await python('python', '-c', 'print(1)')).toBe('1\n');
  expect(await python('python3', '-VV')).toMatch(/^Python 3\.11\.2 /);
  const script = 'import sys; print(sys.flags.utf8_mode, sys.stdout.encoding, sys.path, sys.version_info[:2])';
  expect(await python('python3', '-c', script)).toBe(
    "0 utf-8 ['', '/usr/lib/python311.zip', '/usr/lib/python3.11', '/usr/lib/python3.11/lib-dynload', '/usr/local/lib/python3.11/dist-packages', '/usr/lib/python3/dist-packages'] (3, 11)\n",
  );
});

it('has its library compiled, and takes it so', async () => {
  const script = `import http.server, json, os, sys
cached = [getattr(module, '__cached__', None) for module in sys.modules.values()]
missing = [path for path in cached if path and not os.path.exists(path)]
print(len([path for path in cached if path]) > 40, missing)
code = json.decoder.JSONDecoder.decode.__code__
print(json.loads(json.dumps({'a': [1, 2.5, None, 'é']})), code.co_filename)`;
  expect(await python('python', '-c', script)).toBe(
    "True []\n{'a': [1, 2.5, None, 'é']} /usr/lib/python3.11/json/decoder.py\n",
  );
  // Were it compiled anew, it would have been written anew.
  expect(await python('bash', '-c', 'python -c "import json"; find /usr/lib/python3.11 -newer /etc/hostname')).toBe('');
});

it('serves files with http.server', async () => {
  await lab.succeed(
    'run',
    '-d',
    '--name',
    'server',
    'python:3-slim',
    'python',
    '-um',
    'http.server',
    '-d',
    '/etc',
    '80',
  );
  await vi.waitFor(async () => expect(await lab.succeed('logs', 'server')).toContain('Serving HTTP on'), {
    timeout: 300_000,
    interval: 500,
  });
  const script = 'import urllib.request as r; print(r.urlopen("http://localhost/debian_version").read())';
  expect(await lab.succeed('exec', 'server', 'python', '-c', script)).toMatch(/^b'12\.\d+\\n'\n$/);
  expect((await lab.docker('logs', 'server')).stderr).toContain('"GET /debian_version HTTP/1.1" 200 -');
  await lab.succeed('rm', '-f', 'server');
});

it('runs a program with its own modules, threads, processes, sockets and tests', async () => {
  const program = `import asyncio, bz2, ctypes, csv, datetime, decimal, hashlib, lzma, multiprocessing, random, re, readline
import sqlite3_missing_is_said as said
import statistics, subprocess, tempfile, threading, unittest, uuid, zipfile, zlib, dataclasses, logging, argparse, xml.etree.ElementTree as xml

async def main():
    server = await asyncio.start_server(lambda r, w: (w.write(b'hi'), w.close()), '127.0.0.1', 8000)
    reader, _ = await asyncio.open_connection('127.0.0.1', 8000)
    return await reader.read()

class Sums(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(sum([1, 2]), 3)

if __name__ == '__main__':
    print(asyncio.run(main()), hashlib.sha256(b'').hexdigest()[:8], bz2.decompress(bz2.compress(b'x')), decimal.Decimal('0.1') * 3)
    print(subprocess.check_output(['echo', 'sub']), ctypes.CDLL(None).getpid() > 0, xml.fromstring('<a b="1"/>').get('b'))
    with multiprocessing.get_context('fork').Pool(1) as pool:
        print(pool.map(abs, [-3]))
    print(said.message)
    unittest.main(verbosity=2)
`;
  const module = `try:
    import sqlite3
except ImportError as error:
    message = str(error)
`;
  const files = {
    Dockerfile: 'FROM python:3-slim\nWORKDIR /app\nCOPY *.py .\nCMD ["python", "main.py"]\n',
    'main.py': program,
    'sqlite3_missing_is_said.py': module,
  };
  await withFolder(files, (folder) => lab.succeed('build', '-q', '-t', 'program', folder));
  const { code, stdout, stderr } = await lab.docker('run', '--rm', 'program');
  expect(code, stderr).toBe(0);
  expect(stdout).toBe("b'hi' e3b0c442 b'x' 0.3\nb'sub\\n' True 1\n[3]\nNo module named '_sqlite3'\n");
  expect(stderr).toMatch(/test_sum .* ok\n.*Ran 1 test in .*OK\n$/s);
});

it.each(['pip', 'pip3'])('says in %s why there is none', async (name) => {
  const { code, stderr } = await lab.docker('run', '--rm', 'python:3-slim', name, 'install', 'requests');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(`^ERROR: ${name} is not in this image.*nothing in the lab reaches the internet`, 's'),
  );
});
