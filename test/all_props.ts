/** Every property module, in one list: `import { props as x } from './props/x.ts'`, then `...x`. */
import type { Prop } from './support/property.ts'
import { props as checkpoint } from './props/checkpoint.ts'
import { props as codecs } from './props/codecs.ts'
import { props as collections } from './props/collections.ts'
import { props as facts } from './props/facts.ts'
import { props as invariants } from './props/invariants.ts'
import { props as loop } from './props/loop.ts'
import { props as machine } from './props/machine.ts'
import { props as store } from './props/store.ts'
import { props as nri } from './props/nri.ts'
import { props as task } from './props/task.ts'

export const allProps: ReadonlyArray<Prop> = [
  ...checkpoint,
  ...codecs,
  ...collections,
  ...facts,
  ...invariants,
  ...loop,
  ...machine,
  ...store,
  ...nri,
  ...task,
]
