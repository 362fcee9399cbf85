/** Bugs of the shell: of what it does with a write, a call, an event, and a row on disk. */
import type { Mutation } from './mutation.ts'

const persist = 'shell/interpret/persist.ts'
const destroy = 'shell/interpret/destroy.ts'

export const ofShell: ReadonlyArray<Mutation> = [
  {
    name: 'tells listeners although the write failed',
    file: persist,
    find: 'if (E.isRight(written)) { for',
    put: 'if (true) { for',
    by: 'vector: persist: a write that fails releases nothing, and says that nothing will be deleted',
  },
  {
    name: 'tells listeners before the write is durable',
    file: persist,
    find: 'const written = await env.store.append(records)()',
    put: 'for (const effect of release) carryOut(env, effect)\n  const written = await env.store.append(records)()',
    by: 'vector: persist: nothing is released while the write is on its way; once it is durable everything is, in order',
  },
  {
    name: 'tries a call that destroys a second time',
    file: destroy,
    find: 'return await make(env)({ signal })()',
    put: 'const first = await make(env)({ signal })()\n      return E.isRight(first) ? first : await make(env)({ signal })()',
    by: 'vector: destroy: a failure is told by its reason and is never tried again by the shell',
  },
  {
    name: 'deletes in a dry run',
    file: destroy,
    find: 'if (env.dryRun) {',
    put: 'if (false) {',
    by: 'vector: destroy: a dry run says what it would do, does nothing, and goes on as if it had',
  },
  {
    name: "gives an exec's exit its container's name",
    file: 'shell/containerd/decode_event.ts',
    find: 'processId: id, pid,',
    put: 'processId: containerId, pid,',
    by: 'vector: decode_event: V46: the exit of an exec names its process',
  },
  {
    name: 'reads rows without a look at their checksum',
    file: 'shell/store/row.ts',
    find: "return wanted === found && value[8] === ' '",
    put: "return value[8] === ' '",
    by: 'vector: one flipped bit in a row costs that row and no other',
  },
]
