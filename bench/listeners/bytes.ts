/** What the exits of a whole pod send to one listener, beside what they would with the whole pod in every event. */
import { type Served, withCri } from '../../test/support/cri/served.ts'
import { virtualClock } from '../../test/support/virtual_clock.ts'

export interface Bytes {
  readonly pod: number
  readonly everyMs: number
  readonly events: number
  readonly sent: number
  /** The same events with the whole pod in each. */
  readonly whole: number
}

/** All containers of a pod of this size exit, one every so many milliseconds. Labels and image as pods of Kubernetes have them. */
export const bytes = async (pod: number, everyMs: number): Promise<Bytes> => {
  const clock = virtualClock()
  let found: Bytes | undefined
  await withCri(async (served: Served) => {
    const ids = Array.from({ length: pod }, (_, n) => `${'0123456789abcdef'.repeat(3)}${String(n).padStart(16, '0')}`)
    const labels = {
      'io.kubernetes.pod.name': 'web-7d4b9c6f5-x2x9z',
      'io.kubernetes.pod.namespace': 'production',
      'io.kubernetes.pod.uid': '6f1d7c1e-9a55-4c7e-9f0e-3a1f2b4c5d6e',
      'io.kubernetes.container.name': 'worker',
    }
    for (const id of ids) await served.create(id, { pod: 'f'.repeat(64), labels, image: 'registry.example.com/team/worker:1.2.3' })
    for (const id of ids) served.start(id)
    await clock.advance(60_000)
    const listener = await served.subscribe()
    await listener.events(2 * pod)
    for (const id of ids) {
      served.exit(id, 1)
      await clock.advance(everyMs)
    }
    await clock.advance(1_000)
    const events = (await listener.events(3 * pod)).slice(2 * pod)
    const whole = Math.max(...events.map(({ size }) => size))
    found = { pod, everyMs, events: events.length, sent: events.reduce((sum, { size }) => sum + size, 0), whole: whole * events.length }
  }, { clock })
  if (found === undefined) throw new Error('Cannot measure: nothing was sent')
  return found
}
