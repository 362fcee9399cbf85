/**
 * A unix socket between a client and containerd that counts what passes, so that a fault can strike at the n-th call or answer, and that
 * can be cut. It reads the frames of HTTP/2 and nothing inside them.
 */
import { Buffer } from 'node:buffer'
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

/** What passes: the beginning of a call, or its end (trailers, or an answer without any). */
export type Passing = 'call' | 'answer'

export interface Proxy {
  readonly address: string
  /** Hears of each one before it is passed on, until the function that is answered is called. */
  readonly onPassing: (listener: (what: Passing) => void) => () => void
  /** Cuts all connections without a goodbye; clients may come back at once. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

const preface = 24
const headerBytes = 9
const headers = 1
const endStream = 1

/** Takes chunks of one direction; hears the type and flags of each frame as soon as its header is whole. */
const frameReader = (skip: number, onFrame: (type: number, flags: number) => void): (chunk: Buffer) => void => {
  let left = skip
  let held = Buffer.alloc(0)
  return (chunk) => {
    let rest = Buffer.concat([held, chunk])
    for (;;) {
      const passed = Math.min(left, rest.length)
      rest = rest.subarray(passed)
      left -= passed
      if (left > 0 || rest.length < headerBytes) break
      onFrame(rest[3] ?? 0, rest[4] ?? 0)
      left = headerBytes + rest.readUIntBE(0, 3)
    }
    held = Buffer.from(rest)
  }
}

/** Listens on `address` and passes everything on to the socket `to`. */
export const startProxy = async (address: string, to: string): Promise<Proxy> => {
  const open = new Set<Socket>()
  const listeners = new Set<(what: Passing) => void>()
  const pass = (what: Passing): void => listeners.forEach((listener) => listener(what))
  const join = (from: Socket, other: Socket, read: (chunk: Buffer) => void): void => {
    open.add(from)
    from.on('data', (chunk: Buffer) => {
      read(chunk)
      if (!other.write(chunk)) from.pause()
    })
    from.on('drain', () => other.resume())
    from.on('error', () => undefined) // 'close' follows
    // What came before the end is still handed on: a connection without us between would have it, too.
    from.on('close', () => {
      open.delete(from)
      other.end()
    })
  }
  const server = createServer((client) => {
    const daemon = connect(to)
    join(client, daemon, frameReader(preface, (type) => type === headers && pass('call')))
    join(daemon, client, frameReader(0, (type, flags) => type === headers && (flags & endStream) === endStream && pass('answer')))
  })
  rmSync(address, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  const cut = (): void => open.forEach((socket) => socket.destroy())
  return {
    address,
    onPassing: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    cut,
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
