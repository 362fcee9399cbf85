#!/usr/bin/env node
/**
 * The program: reads what it is to do, does it, and leaves with the exit code that says how it went: 0 done, 1 the thing asked for
 * failed, 2 the command line or the configuration is wrong.
 *
 * @module
 */
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { systemClock } from '../clock.ts'
import { systemSinks } from '../log_sink.ts'
import { type CliCommand, readCommand } from './configuration.ts'
import { demo } from './demo.ts'
import { events } from './events.ts'
import { importStatus } from './import_status.ts'
import { replay } from './replay.ts'
import { run } from './run.ts'
import { status } from './status.ts'
import type { Streams } from './streams.ts'
import { programVersion } from './version.ts'

const sinks = systemSinks()
const streams: Streams = { out: sinks.out.write, err: sinks.err.write, outlet: sinks.out }

const carryOut = (command: CliCommand): Promise<number> => {
  switch (command._tag) {
    case 'ShowText':
      streams.out(command.text)
      return Promise.resolve(0)
    case 'Run':
      return run(command.config, streams, stopSignal())
    case 'Status':
      return status(command, streams)
    case 'Events':
      return events(command, streams, stopSignal())
    case 'Replay':
      return replay(command, streams)
    case 'Import':
      return importStatus(command, streams)
    case 'Demo':
      return demo(command.log, streams)
  }
}

const stopSignals = ['SIGTERM', 'SIGINT'] as const

/** Aborts with the first SIGTERM or SIGINT. A second one, of either kind, ends the process as it would have without us. */
const stopSignal = (): AbortSignal => {
  const stop = new AbortController()
  const onSignal = (): void => {
    for (const name of stopSignals) process.removeListener(name, onSignal)
    stop.abort()
  }
  for (const name of stopSignals) process.on(name, onSignal)
  return stop.signal
}

/** How long the end waits for a reader that has stopped reading, ms. */
const flushMs = 2_000

/** Leaves once everything that was said is written, or nobody reads it any more. */
const leave = async (exitCode: number): Promise<never> => {
  const written = Promise.all([sinks.out.flush(), sinks.err.flush()])
  await Promise.race([written, systemClock.sleep(flushMs, new AbortController().signal)])
  process.exit(exitCode)
}

const command = readCommand({ argv: process.argv.slice(2), env: process.env, version: programVersion() })
if (E.isLeft(command)) {
  streams.err(`${command.left.line}\n`)
  await leave(2)
} else {
  await leave(await carryOut(command.right))
}
