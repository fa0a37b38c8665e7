#!/usr/bin/env -S node --
// The `--` keeps Node from taking docker's own flags (--env-file) for its.
// Lets Node run the TypeScript sources as they are, so that there is no build between a change and its effect.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
