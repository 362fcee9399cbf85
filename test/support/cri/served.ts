/** A machine whose CRI socket is served, with clients that can be asked for, all taken down again whatever a test does. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientReadableStream, Metadata, ServiceError } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../../../shell/clock.ts'
import type { CriServer } from '../../../shell/cri/server.ts'
import type { FeedLimits } from '../../../shell/cri/feed.ts'
import { waitFor } from '../wait_for.ts'
import { type CriClient, criClient, type Fields, type Heard, heard } from './client.ts'
import { type CriMachine, criMachine, namespace } from './machine.ts'

export interface Subscriber {
  readonly stream: ClientReadableStream<Fields>
  readonly heard: ReadonlyArray<Heard>
  /** `id TYPE` of each event so far. */
  readonly told: () => ReadonlyArray<string>
  /** Until so many events have come. */
  readonly events: (n: number) => Promise<ReadonlyArray<Heard>>
  readonly error: () => ServiceError | undefined
  readonly metadata: () => Metadata | undefined
  /** Cancels the call, and waits until that is done. */
  readonly leave: () => Promise<void>
}

export interface Served extends CriMachine {
  readonly path: string
  readonly server: CriServer
  /** A connection of its own. */
  readonly client: () => CriClient
  /** Subscribes, and waits until the server has heard of it. */
  readonly subscribe: (client?: CriClient, metadata?: Metadata) => Promise<Subscriber>
  readonly listeners: () => number
}

export const subscribe = async (client: CriClient, metadata?: Metadata): Promise<Subscriber> => {
  const stream = client.events(metadata)
  const all: Array<Heard> = []
  let error: ServiceError | undefined
  let answered: Metadata | undefined
  let isOver = false
  stream.on('data', (event: Fields) => all.push(heard(event)))
  stream.on('error', (found: ServiceError) => {
    error = found
    isOver = true
  })
  stream.on('end', () => {
    isOver = true
  })
  stream.on('metadata', (found: Metadata) => {
    answered = found
  })
  await waitFor(() => answered !== undefined || isOver, { what: 'the server to answer', everyMs: 1 })
  return {
    stream,
    heard: all,
    told: () => all.map(({ id, type }) => `${id} ${type}`),
    events: (n) => waitFor(() => all, { what: `${n} events`, until: ({ length }) => length >= n, everyMs: 2 }),
    error: () => error,
    metadata: () => answered,
    leave: async () => {
      stream.cancel()
      await waitFor(() => isOver, { what: 'the call to be cancelled', everyMs: 1 })
    },
  }
}

export const withCri = async (
  use: (served: Served) => Promise<void>,
  options: { readonly limits?: Partial<FeedLimits>; readonly clock?: Clock } = {},
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'cri-'))
  const path = join(folder, 'cri.sock')
  const machine = criMachine(options)
  const clients: Array<CriClient> = []
  const server = await machine.cri.serve(namespace, path)()
  if (E.isLeft(server)) assert.fail(server.left.line)
  const client = (): CriClient => {
    const made = criClient(path)
    clients.push(made)
    return made
  }
  try {
    await use({
      ...machine,
      path,
      server: server.right,
      client,
      subscribe: (of = client(), metadata) => subscribe(of, metadata),
      listeners: () => machine.cri.of(namespace)?.feed.listeners() ?? 0,
    })
  } finally {
    for (const made of clients) made.close()
    await server.right.close()
    machine.cri.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
