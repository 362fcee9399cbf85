/**
 * A plugin that speaks NRI byte by byte (bytes.ts), over a socket that a test gives it. It notes every call it gets, answers as the test
 * says, and checks what a Go plugin would choke on: frames of more than 4096 bytes at the beginning of a message.
 */
import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import { waitFor } from '../wait_for.ts'
import { bytesOf, type Fields, int, intOf, message, mux, muxed, muxFramesOf, parse, text, textOf, ttrpc, ttrpcFramesOf } from './bytes.ts'

/** A call that the host made. */
export interface HostCall {
  readonly method: string
  readonly service: string
  readonly stream: number
  readonly payload: Fields
  readonly timeoutNano: bigint
  /** Bytes of the mux frames it came in. */
  readonly frames: ReadonlyArray<number>
}

/** What is answered: a message, a status, or nothing at all. */
export type Reply = Uint8Array | { readonly code: number; readonly message: string } | 'nothing'

export interface RawPlugin {
  readonly calls: ReadonlyArray<HostCall>
  /** Methods of the calls so far, without Configure and Synchronize. */
  readonly events: () => ReadonlyArray<string>
  /** RegisterPlugin; resolves to the status code of the answer (0: success). */
  readonly register: () => Promise<number>
  /** Registers and waits until it has been synchronised. */
  readonly join: () => Promise<void>
  readonly call: (method: string, payload: Uint8Array) => Promise<readonly [code: number, payload: Fields]>
  /** Waits for the n-th call of this method, from 1. */
  readonly called: (method: string, n?: number) => Promise<HostCall>
  /** Answers a call (again, or late). */
  readonly reply: (to: HostCall, reply: Reply) => void
  readonly sendRaw: (bytes: Uint8Array) => void
  readonly isCutOff: () => boolean
  readonly cutOff: () => Promise<void>
  readonly close: () => void
}

export interface RawOptions {
  readonly name?: string
  readonly index?: string
  /** Its mask: field 2 of the ConfigureResponse. Default: StopContainer and RemoveContainer. */
  readonly events?: number
  /** What it answers, by method. Default: an empty message. */
  readonly replies?: Readonly<Record<string, (call: HostCall) => Reply>>
}

const runtime = 'nri.pkg.api.v1alpha1.Runtime'

export const statusOf = (code: number, words: string): Uint8Array => text(1, message(int(1, code), text(2, words)))

export const rawPlugin = (socket: Duplex, options: RawOptions = {}): RawPlugin => {
  const { name = 'demo', index = '10', events = 0x600, replies = {} } = options
  const calls: Array<HostCall> = []
  const waiting = new Map<number, (answer: readonly [number, Fields]) => void>()
  let incoming: Uint8Array = new Uint8Array(0)
  const streams = new Map<number, Uint8Array>()
  let frames: Array<number> = []
  let next = 1
  let over = false

  const write = (bytes: Uint8Array): void => void (over || socket.write(bytes))
  const reply = (to: HostCall, what: Reply): void => {
    if (what === 'nothing') return
    const data = what instanceof Uint8Array ? (what.length === 0 ? what : text(2, what)) : statusOf(what.code, what.message)
    write(muxed(1, ttrpc(to.stream, 2, data)))
  }
  const answer = (call: HostCall): void => {
    const own = replies[call.method]
    if (own !== undefined) reply(call, own(call))
    else if (call.method === 'Configure') reply(call, events === 0 ? new Uint8Array(0) : int(2, events))
    else if (call.method === 'Synchronize') reply(call, intOf(call.payload, 3) === 1n ? int(2, 1) : new Uint8Array(0))
    else reply(call, new Uint8Array(0))
  }
  const take = (stream: number, payload: Uint8Array): void => {
    const before = streams.get(stream) ?? new Uint8Array(0)
    // A Go peer reads the beginning of a message through 4096 bytes, and dies of a longer frame.
    if (before.length === 0 && payload.length > 4096) throw new Error(`a Go plugin would die of a first frame of ${payload.length} bytes`)
    if (stream === 1) frames.push(payload.length)
    const [whole, rest] = ttrpcFramesOf(message(before, payload))
    streams.set(stream, rest)
    for (const frame of whole) {
      const fields = parse(frame.data)
      if (stream === 2) {
        const status = parse(bytesOf(fields, 1))
        waiting.get(frame.stream)?.([Number(intOf(status, 1)), parse(bytesOf(fields, 2))])
        waiting.delete(frame.stream)
        continue
      }
      const call: HostCall = {
        service: textOf(fields, 1),
        method: textOf(fields, 2),
        payload: parse(bytesOf(fields, 3)),
        timeoutNano: intOf(fields, 4),
        stream: frame.stream,
        frames,
      }
      frames = []
      calls.push(call)
      answer(call)
    }
  }
  socket.on('data', (chunk: Uint8Array) => {
    const [whole, rest] = muxFramesOf(message(incoming, chunk))
    incoming = rest
    for (const [stream, payload] of whole) take(stream, payload)
  })
  socket.on('error', () => over = true)
  socket.on('close', () => over = true)

  const call = (method: string, payload: Uint8Array): Promise<readonly [number, Fields]> => {
    const stream = next
    next += 2
    const answered = new Promise<readonly [number, Fields]>((resolve) => waiting.set(stream, resolve))
    write(muxed(2, ttrpc(stream, 1, message(text(1, runtime), text(2, method), text(3, payload), int(4, 5_000_000_000)))))
    return answered
  }
  const register = async (): Promise<number> => (await call('RegisterPlugin', message(text(1, name), text(2, index))))[0]
  const called = (method: string, n = 1): Promise<HostCall> =>
    waitFor(() => calls.filter((one) => one.method === method)[n - 1], { what: `call ${n} of ${method} to ${index}-${name}` })
  return {
    calls,
    events: () => calls.map(({ method }) => method).filter((method) => method !== 'Configure' && method !== 'Synchronize'),
    register,
    join: async () => {
      const code = await register()
      if (code !== 0) throw new Error(`Cannot register: the host answered ${code}`)
      await called('Synchronize')
    },
    call,
    called,
    reply,
    sendRaw: write,
    isCutOff: () => over,
    cutOff: async () => void (await waitFor(() => over || undefined, { what: `the end of ${index}-${name}` })),
    close: () => void socket.destroy(),
  }
}

/** A plugin that connects to a host's socket. */
export const connectPlugin = async (path: string, options: RawOptions = {}): Promise<RawPlugin> => {
  const socket = createConnection(path)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return rawPlugin(socket, options)
}

/** A mux frame around bytes that are no ttrpc at all. */
export const garbage = (stream: number, bytes: Uint8Array): Uint8Array => mux(stream, bytes)
