#!/usr/bin/env node
/** The holdfast command: the only file here that reads the environment. */
import { program } from './program.ts'

await program({
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  exitCode: (code) => {
    process.exitCode = code
  },
  onInterrupt: (action) => {
    process.once('SIGINT', action)
    process.once('SIGTERM', action)
  },
}).parseAsync()
