/** The containers of a host: their names, and what they look like when the bench begins. Names have containerd's usual 64 digits. */
import { type ContainerKey, containerKey } from '../../core/index.ts'
import { seeded } from './random.ts'

export interface Member {
  readonly namespace: string
  readonly id: string
  readonly key: ContainerKey
  /** Pid of the run that is there at the beginning. */
  readonly pid: number
}

export const namespaces: ReadonlyArray<string> = ['ci-jobs', 'edge']

/** The same containers in every run; a smaller fleet is the beginning of a larger one. */
export const fleet = (size: number): ReadonlyArray<Member> => {
  const random = seeded(64)
  const digits = (): string => Math.floor(random() * 2 ** 32).toString(16).padStart(8, '0')
  return Array.from({ length: size }, (_, place) => {
    const namespace = namespaces[place % namespaces.length] ?? ''
    const id = Array.from({ length: 8 }, digits).join('')
    return { namespace, id, key: containerKey(namespace, id), pid: 1_000 + place }
  })
}
