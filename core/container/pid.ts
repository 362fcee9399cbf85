/**
 * Whose is a pid? Pids begin again with each boot of the host, so one that containerd names now is never that of a run of an earlier boot,
 * whatever its number. Such a run has ended, and a task found under its id is another run.
 *
 * @module
 */
import type { Run } from './phase.ts'

/** Whether `pid`, as containerd names it now, is this run's. With 0: whether nobody has told its pid yet. */
export const hasPid = ({ id, formerBoot }: Run, pid: number): boolean => formerBoot !== true && id.pid === pid
