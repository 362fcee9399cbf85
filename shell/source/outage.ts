/**
 * The source of exits while containerd is away: the shims, for a containerd that starts again may not know any more how a task ended.
 *
 * @module
 */
import type * as T from 'fp-ts/lib/Task.js'
import { containerKey } from '../../core/index.ts'
import { type Env, now } from '../env.ts'

/** Follows the shims of our namespaces until `env.signal` aborts: when containerd is back, it tells again. */
export const outage = (env: Env): T.Task<void> => async () => {
  await env.shims?.follow(env.namespaces, env.signal, ({ namespace, id, pid, code, exitedAt, oomKilled }) => {
    const container = containerKey(namespace, id)
    // First, for the exit is written down at once, and nobody can be asked for its reason then.
    if (oomKilled) void env.post({ _tag: 'TaskOomed', container, at: now(env) })
    void env.post({ _tag: 'TaskExited', container, processId: id, pid, code, exitedAt, at: now(env) })
  })
}
