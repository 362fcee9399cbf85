/**
 * What containerd says on its event stream, seen through `ctr events` from a second client: the witness in tests of ours.
 */
import { waitFor, type WaitOptions } from '../wait_for.ts'
import { callCtr, type CtrTarget, spawnCtr } from './call_ctr.ts'
import type { Containerd } from './daemon.ts'

/** One event. `payload` is what ctr made of the message, fields of value zero left out. */
export interface SeenEvent {
  readonly at: string
  readonly namespace: string
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** An open event stream. */
export interface EventWatch {
  /** What was seen since the stream was open, oldest first. */
  readonly seen: () => ReadonlyArray<SeenEvent>
  readonly waitFor: (want: (event: SeenEvent) => boolean, options: WaitOptions) => Promise<SeenEvent>
  readonly stop: () => void
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const parse = (line: string): ReadonlyArray<SeenEvent> => {
  const [, at, namespace, topic, json] = /^(\S+ \S+ \S+ \S+) (\S*) (\/\S+) (\{.*\})$/.exec(line.trim()) ?? []
  if (at === undefined || namespace === undefined || topic === undefined || json === undefined) return []
  const payload: unknown = JSON.parse(json)
  return [{ at, namespace, topic, payload: isRecord(payload) ? payload : {} }]
}

/**
 * Opens the event stream of all namespaces. It resolves when the stream is truly open: the subscription is not acknowledged,
 * so a label of `namespace` is changed until such a change comes back.
 */
export const watchEvents = async (daemon: Containerd, namespace: string): Promise<EventWatch> => {
  const target: CtrTarget = { address: daemon.address, namespace, binDir: daemon.binDir }
  let text = ''
  const open = (): ReturnType<typeof spawnCtr> => {
    const child = spawnCtr(target, ['events'])
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => text += chunk)
    child.stderr.resume()
    child.unref()
    return child
  }
  let child = open()
  const all = (): ReadonlyArray<SeenEvent> => text.split('\n').slice(0, -1).flatMap(parse)
  const isProbe = ({ topic, payload }: SeenEvent): boolean => topic.startsWith('/namespaces/') && payload['name'] === namespace
  let probes = 0
  await waitFor(async () => {
    probes += 1
    // A daemon that is just starting refuses its first callers.
    if (child.exitCode !== null) child = open()
    await callCtr(target, ['namespace', 'create', namespace])
    await callCtr(target, ['namespace', 'label', namespace, `watch=${probes}`])
    return all().some(isProbe)
  }, { what: 'the event stream to open' })
  return {
    seen: () => all().filter((event) => !isProbe(event)),
    waitFor: async (want, options) => waitFor(() => all().find((event) => !isProbe(event) && want(event)), options),
    stop: () => void child.kill('SIGKILL'),
  }
}
