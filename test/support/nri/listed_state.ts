/** The machine's state after one listing of each namespace: containers that are there, and nothing else. */
import { defaultPolicy, initial, millis, noMetadata, type State, step } from '../../../core/index.ts'

export const listedState = (containers: ReadonlyArray<readonly [namespace: string, id: string]>): State => {
  const react = step(defaultPolicy)
  const namespaces = [...new Set(containers.map(([namespace]) => namespace))]
  return namespaces.reduce((state, namespace) =>
    react({
      _tag: 'Relisted',
      namespace,
      containers: containers.filter(([name]) => name === namespace).map(([, id]) => ({ id, metadata: noMetadata })),
      tasks: [],
      sandboxes: [],
      at: millis(0),
    }, state)[0], initial('boot-1'))
}
