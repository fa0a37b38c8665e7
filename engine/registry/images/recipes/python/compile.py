"""Compiles the modules below a folder into another, as /usr/lib/python3.11/__pycache__ has them.

Run by Debian's Python 3.11 of the building computer: bytecode depends on the language version alone, and the emulated
machine would take minutes. The compiled files are marked as never to be checked against their sources (PEP 552), so the
same sources give the same files.
"""

import importlib.util
import marshal
import os
import sys

UNCHECKED_HASH = 0b01


def main(sources, output, installed):
    for folder, folders, names in os.walk(sources):
        folders.sort()
        relative = os.path.relpath(folder, sources)
        for name in sorted(names):
            if not name.endswith('.py'):
                continue
            with open(os.path.join(folder, name), 'rb') as file:
                source = file.read()
            path = os.path.normpath(os.path.join(installed, relative, name))
            code = compile(source, path, 'exec', dont_inherit=True, optimize=0)
            cache = os.path.join(output, relative, '__pycache__')
            os.makedirs(cache, exist_ok=True)
            with open(os.path.join(cache, name[:-3] + '.cpython-311.pyc'), 'wb') as file:
                file.write(importlib.util.MAGIC_NUMBER)
                file.write(UNCHECKED_HASH.to_bytes(4, 'little'))
                file.write(importlib.util.source_hash(source))
                file.write(marshal.dumps(code))


if __name__ == '__main__':
    main(*sys.argv[1:])
