/**
 * Listeners of the CRI socket that behave badly: one that goes and comes back, one that never reads, one whose connection dies without a
 * goodbye. The first must miss nothing, the others must be nobody's concern.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientReadableStream, Metadata } from '@grpc/grpc-js'
import type { Random } from '../sim/random.ts'
import { type CriClient, criClient, heard, int, type Message } from '../support/cri/client.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'

export interface Listeners {
  /** Numbers of the STOPPED that the one with a cursor was told, each as often as it was. */
  readonly byCursor: () => ReadonlyArray<number>
  /** Ids and times of the STOPPED that the one without was told: what any CRI client can keep apart. */
  readonly byPlace: () => ReadonlySet<string>
  /** How often they came back, in all. */
  readonly returns: () => number
  /** One more that asks for everything and never reads. */
  readonly stall: () => void
  readonly stop: () => Promise<void>
}

const seqField = 15_001
const pauseMs = 20

const withHeader = (from: string): Metadata => {
  const metadata = new Metadata()
  metadata.set('containerd-reaper-from', from)
  return metadata
}

type Stream = ClientReadableStream<Message>

/**
 * Follows, and leaves after so many events as the seed says and `lingerMs` more; then comes back. The stream has no acknowledgement, so
 * that the server takes for read what it wrote a quarter of a second before its client went: one without a cursor that goes at once,
 * and leaves much unread, can lose some of it.
 */
const follow = async (
  path: string,
  over: AbortSignal,
  { from, leaveAfter, lingerMs = 0, hear }: {
    readonly from: () => string | undefined
    readonly leaveAfter: () => number
    readonly lingerMs?: number
    readonly hear: (event: Message) => void
  },
): Promise<number> => {
  let visits = 0
  while (!over.aborted) {
    visits += 1
    const client = criClient(path)
    const header = from()
    const stream: Stream = header === undefined ? client.events() : client.events(withHeader(header))
    let left = leaveAfter()
    const leave = (): void => stream.cancel()
    over.addEventListener('abort', leave)
    await new Promise<void>((resolve) => {
      stream.on('data', (event: Message) => {
        hear(event)
        left -= 1
        if (left === 0) void sleep(lingerMs).then(leave)
      })
      stream.once('error', () => resolve())
      stream.once('end', () => resolve())
    })
    over.removeEventListener('abort', leave)
    client.close()
    await sleep(pauseMs)
  }
  return visits
}

/** One whose connection is cut again and again. It only looks on, so that it leaves no place for another to take. */
const dying = (proxy: Proxy, over: AbortSignal): Promise<number> =>
  follow(proxy.address, over, { from: () => 'now', leaveAfter: () => Infinity, hear: () => proxy.cut() })

/** Listeners on the socket at `path`, which may come and go. */
export const listen = async (path: string, random: Random): Promise<Listeners> => {
  const over = new AbortController()
  const proxy = await startProxy(`${path}.proxy`, path)
  const numbers: Array<number> = []
  const placed = new Set<string>()
  let returns = 0
  const [cursorLot, placeLot] = [random.fork('cursor'), random.fork('place')]
  const isStopped = (event: Message): boolean => heard(event).type === 'STOPPED'
  const following = [
    follow(path, over.signal, {
      from: () => String(Math.max(0, ...numbers) + 1),
      leaveAfter: () => cursorLot.int(1, 20),
      hear: (event) => void (isStopped(event) && numbers.push(Number(int(event.fields, seqField)))),
    }),
    follow(path, over.signal, {
      from: () => undefined,
      leaveAfter: () => placeLot.int(1, 60),
      lingerMs: 1_000,
      hear: (event) => {
        const { id, at } = heard(event)
        if (isStopped(event)) placed.add(`${id} ${at}`)
      },
    }),
    dying(proxy, over.signal),
  ]
  const stalled: Array<CriClient> = []
  return {
    byCursor: () => numbers,
    byPlace: () => placed,
    returns: () => returns,
    stall: () => {
      const client = criClient(path)
      client.events(withHeader('1')).on('error', () => undefined).pause()
      stalled.push(client)
    },
    stop: async () => {
      over.abort()
      returns = (await Promise.all(following)).reduce((sum, visits) => sum + visits, 0)
      for (const client of stalled) client.close()
      await proxy.close()
    },
  }
}
