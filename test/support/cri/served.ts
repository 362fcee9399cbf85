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
import { type CriClient, criClient, type Heard, heard, type Message } from './client.ts'
import { type CriMachine, criMachine, namespace } from './machine.ts'

export interface Subscriber {
  readonly stream: ClientReadableStream<Message>
  readonly heard: ReadonlyArray<Heard>
  /** `id TYPE` of each event so far. */
  readonly told: () => ReadonlyArray<string>
  /** Until so many events have come. */
  readonly events: (n: number) => Promise<ReadonlyArray<Heard>>
  /** Until this event (`id TYPE`) has come. */
  readonly hears: (event: string) => Promise<void>
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
  let waiting: ReadonlyArray<() => void> = []
  const look = (): void => {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }
  /** Looks again whenever something has come. */
  const until = async (what: string, isSeen: () => boolean): Promise<void> => {
    const end = performance.now() + 15_000
    while (!isSeen()) {
      if (performance.now() > end) assert.fail(`Cannot wait any longer for ${what}: wanted it within 15 s, found ${all.length} events`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now())
        waiting = [...waiting, () => {
          clearTimeout(timer)
          resolve()
        }]
      })
    }
  }
  const all: Array<Heard> = []
  let error: ServiceError | undefined
  let answered: Metadata | undefined
  let isOver = false
  stream.on('data', (event: Message) => {
    all.push(heard(event))
    look()
  })
  stream.on('error', (found: ServiceError) => {
    error = found
    isOver = true
    look()
  })
  stream.on('end', () => {
    isOver = true
    look()
  })
  stream.on('metadata', (found: Metadata) => {
    answered = found
    look()
  })
  await until('the server to answer', () => answered !== undefined || isOver)
  return {
    stream,
    heard: all,
    told: () => all.map(({ id, type }) => `${id} ${type}`),
    events: async (n) => {
      await until(`${n} events`, () => all.length >= n)
      return all
    },
    hears: (event) => until(event, () => all.some(({ id, type }) => `${id} ${type}` === event)),
    error: () => error,
    metadata: () => answered,
    leave: async () => {
      stream.cancel()
      await until('the call to be cancelled', () => isOver)
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
