/** Bugs of the machine: what it believes, what it remembers over a restart, and what it does beside containers. */
import { type Mutation, sim } from './mutation.ts'

const advance = 'core/container/advance.ts'
const report = 'core/container/report.ts'

export const ofKnowledge: ReadonlyArray<Mutation> = [
  {
    name: 'believes the last exit of a rank',
    file: 'core/exit.ts',
    find: '=> worth[found.rank] > worth[known.rank]',
    put: '=> worth[found.rank] >= worth[known.rank]',
    by: sim.best,
  },
  {
    name: 'believes the first exit whatever its rank',
    file: 'core/exit.ts',
    find: '=> worth[found.rank] > worth[known.rank]',
    put: '=> worth[found.rank] > 9',
    by: sim.best,
  },
  {
    name: 'takes a repeated exit for that of a new run',
    file: report,
    find: 'if (isClosed(work.container, pid)) return work',
    put: '',
    by: sim.falseExit,
  },
  {
    name: 'takes a late exit for one of just now',
    file: report,
    find: 'toNanos(at) - exit.at <= toNanos(millis(around.policy.justNowMs))',
    put: 'true',
    by: sim.otherRun,
  },
  {
    name: "takes an exec's exit for the container's",
    file: 'core/container/step.ts',
    find: 'return input.processId === container.id',
    put: 'return true',
    by: sim.falseExit,
  },
  {
    name: 'takes a failed Wait for an exit',
    file: 'core/container/running.ts',
    find: 'const watchFailures = self.watchFailures + 1',
    put: "return begin(ctx, { _tag: 'ExitFound', exit: inferredExit(ctx.at), sure: true, gone: false }, run, closed)",
    by: sim.otherRun,
  },
  {
    name: 'takes a lost connection for an exit',
    file: 'core/container/running.ts',
    find: 'const watchFailures = self.watchFailures + 1',
    put:
      "if (outcome.reason === 'Disconnected') return begin(ctx, { _tag: 'ExitFound', exit: inferredExit(ctx.at), sure: true, gone: false }, run, closed)\n      const watchFailures = self.watchFailures + 1",
    by: sim.otherRun,
  },
  {
    name: 'ignores the selectors',
    file: 'core/container/lookup.ts',
    find: 'return disown(work)',
    put: 'return known(work, noMetadata)',
    by: sim.handsOff,
  },
  {
    name: 'writes before it is known whose the container is',
    file: advance,
    find: "if (!isMetadataKnown(ctx.container)) return wait('metadata', [])",
    put: '',
    by: sim.handsOff,
  },
  {
    name: 'does not count an OOM kill',
    file: 'core/container/examining.ts',
    find: 'event.outcome.kills > 0n',
    put: 'event.outcome.kills > 99n',
    by: sim.oom,
  },
]

export const ofRestarts: ReadonlyArray<Mutation> = [
  {
    name: 'counts generations from the beginning again',
    file: 'core/container/work.ts',
    find: 'const generation = lastGeneration + 1',
    put: 'const generation = runs.length + 1',
    by: sim.best,
  },
  {
    name: 'counts sequence numbers from the beginning again after a restart',
    file: 'core/checkpoint.ts',
    find: 'nextSeq: log.lastSeq + 1,',
    put: 'nextSeq: 1,',
    by: 'crash matrix: numbers rise',
  },
  {
    name: 'does not go on with open runs after a restart',
    file: 'core/resume.ts',
    find: 'timer(owner, phase.call, Math.max(0, phase.until - at)),',
    put: '',
    by: 'crash matrix: lost announcements',
  },
  {
    name: 'forgets the exit that is on disk',
    file: 'core/checkpoint.ts',
    find: 'row.exit === undefined ? { ...unwatched',
    put: "row.standing === 'open' ? { ...unwatched",
    by: sim.best,
  },
  {
    name: 'announces what is over again after a restart',
    file: 'core/checkpoint.ts',
    find: "case 'open':\n      return first",
    put: "case 'open':\n    case 'closed':\n      return true",
    by: sim.falseExit,
  },
  {
    name: 'tells NRI plugins again after a restart',
    file: 'core/checkpoint/taken_up.ts',
    find: '  notified,\n',
    put: '  notified: false,\n',
    by: sim.nri,
  },
]

export const ofOthers: ReadonlyArray<Mutation> = [
  {
    name: 'lets a late start end a sandbox twice',
    file: 'core/sandbox/ready.ts',
    find: '(exitedAt === undefined || exitedAt <= latest(before.exit))',
    put: 'false',
    by: sim.sandbox,
  },
  {
    name: 'takes a listing that misses a sandbox for its end',
    file: 'core/sandbox/ready.ts',
    find: 'self.missing !== undefined && event.at >= plus(self.missing, env.policy.handlingTimeoutMs)',
    put: 'true',
    by: 'vector: a listing that misses a sandbox may be older than its start: a later one ends it, with no word of how',
  },
  {
    name: 'loses the change of an image that comes while it is read',
    file: 'core/image.ts',
    find: 'work: { ...work, again: true } }, []]',
    put: 'work: { ...work, again: false } }, []]',
    by: 'vector: V70 D: a change while the image is being read has it read again, for it may have been read before the change',
  },
  {
    name: 'throws',
    file: 'core/container/deleting.ts',
    find: "case 'NotFound':",
    put: "case 'NotFound': throw new Error('seeded')",
    by: sim.noThrow,
  },
  {
    name: 'puts a Date into the state',
    file: 'core/container/running.ts',
    find: 'seenAt: ctx.at,',
    put: 'seenAt: new Date(ctx.at),',
    by: sim.plain,
  },
  {
    name: 'draws lots',
    file: 'core/backoff.ts',
    find: 'Math.min(policy.backoffCapMs,',
    put: 'Math.random() * Math.min(policy.backoffCapMs,',
    by: sim.equal,
  },
]
