#!/usr/bin/env node
/**
 * The program: reads what it is to do, does it, and leaves with the exit code that says how it went: 0 done, 1 the thing asked for
 * failed, 2 the command line or the configuration is wrong.
 *
 * @module
 */
import { readFileSync, writeSync } from 'node:fs'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { type CliCommand, readCommand } from './configuration.ts'
import { demo } from './demo.ts'
import { run } from './run.ts'
import { status } from './status.ts'
import type { Streams } from './streams.ts'

/** Written at once, so that a line that was said is there even if the process is killed in the next moment. */
const streams: Streams = { out: (text) => write(1, text), err: (text) => write(2, text) }

const write = (fd: number, text: string): void => {
  for (let bytes = Buffer.from(text); bytes.length > 0;) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes))
    } catch (error) {
      // A pipe whose reader is slow is full for a moment; one whose reader has gone is nobody's loss.
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') return
    }
  }
}

const carryOut = (command: CliCommand): Promise<number> => {
  switch (command._tag) {
    case 'ShowText':
      streams.out(command.text)
      return Promise.resolve(0)
    case 'Run':
      return run(command.config, streams, stopSignal())
    case 'Status':
      return status(command, streams)
    case 'Demo':
      return demo(command.log, streams)
  }
}

/** Aborts with the first SIGTERM or SIGINT. A second one ends the process as it would have without us. */
const stopSignal = (): AbortSignal => {
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort())
  return stop.signal
}

/** The version in package.json, which stands above the sources and, two levels more, above what is built from them. */
const version = (): string => {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const found: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
      if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version)
    } catch {
      // not here
    }
  }
  return 'unknown'
}

const command = readCommand({ argv: process.argv.slice(2), env: process.env, version: version() })
if (E.isLeft(command)) {
  streams.err(`${command.left.line}\n`)
  process.exit(2)
}
process.exit(await carryOut(command.right))
