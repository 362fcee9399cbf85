/**
 * V1 to V34: the exit of a container, first attempt. The exit is on disk before anything else is asked for, so every row has one SAVE
 * at its start; TD is KILL and TD here (NRI and DRAIN where somebody listens); an exit observed just now, with our pid, needs no LOAD.
 * A SAVE behind BO is the count of attempts. Where upstream leaves the status unchanged, the exit is visible and STOPPED is not out.
 */
import { exited, exitedSometime } from '../support/facts.ts'
import { type Row, rowVector } from '../support/first_attempt.ts'
import { counted, deleted, durable, failed, notFound, running, stopped, unclear } from '../support/outcomes.ts'
import type { Vector } from '../support/property.ts'

/** The run was not seen alive, so the report may be late, and the task is looked at first. */
const unseen = { from: 'known', tell: exited(0) } as const

const happy = 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)'

const rows: ReadonlyArray<Row> = [
  {
    name: 'V1 D: exit 0: recorded, killed, deleted, written down, announced; no look at the task (upstream: LOAD first, one write less)',
    tell: exited(0),
    said: happy,
    status: 'EXITED 0 @7 Completed',
    later: '',
    told: 'STOPPED 0 Completed',
  },
  {
    name:
      'V1 D: with NRI plugins and attached IO these have their turn: NRI before the kill, IO drained before the delete and closed after',
    policy: { nri: true, io: true },
    tell: exited(0),
    said: 'SAVE NRI KILL DRAIN TD CLOSE SAVE STOP EMIT(STOPPED,c,s)',
    status: 'EXITED 0 @7 Completed',
  },
  {
    name: 'V1 D: an exit that is not known to be of our run is looked at first',
    ...unseen,
    said: 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
    status: 'EXITED 0 @7 Completed',
  },
  { name: 'V2 U: exit 1', tell: exited(1), said: happy, status: 'EXITED 1 @7 Error', told: 'STOPPED 1 Error' },
  {
    name: 'V3 U: exit 137 without the check for an OOM kill',
    policy: { oomCheck: false },
    tell: exited(137),
    said: happy,
    status: 'EXITED 137 @7 Error',
  },
  {
    name:
      'V4 D: exit 137 and the kernel killed for memory: asked before the first write, so that the reason is in it (upstream: a write more)',
    script: { MET: [counted(1)] },
    tell: exited(137),
    said: `MET ${happy}`,
    status: 'EXITED 137 @7 OOMKilled',
    told: 'STOPPED 137 OOMKilled',
  },
  {
    name: 'V4 H: exit 137 and no kill counted',
    script: { MET: [counted(0)] },
    tell: exited(137),
    said: `MET ${happy}`,
    status: 'EXITED 137 @7 Error',
  },
  {
    name: 'V6 H: exit 137 and the metrics cannot be read: the handling goes on without a reason',
    script: { MET: [failed('TimedOut')] },
    tell: exited(137),
    said: `MET ${happy}`,
    status: 'EXITED 137 @7 Error',
  },
  {
    name: 'V7 D: exit 137, killed for memory, and the write of it fails: nothing is deleted, the reason is kept (upstream: loses it)',
    script: { MET: [counted(2)], SAVE: [failed()] },
    tell: exited(137),
    said: 'MET SAVE! BO(c,1)',
    status: 'EXITED 137 @7 OOMKilled',
    later: 'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
    told: 'STOPPED 137 OOMKilled',
  },
  {
    name: 'V9 D: where OOM kills are not to be had (the sandbox is not Linux) the policy leaves the question out',
    policy: { oomCheck: false },
    tell: exited(137),
    said: happy,
    status: 'EXITED 137 @7 Error',
  },
  {
    name: 'V16 U: LOAD NotFound, CLEAN NotFound: that is success',
    script: { LOAD: [notFound], CLEAN: [notFound] },
    ...unseen,
    said: 'SAVE LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)',
    status: 'EXITED 0 @7 Completed',
    told: 'STOPPED 0 Completed',
  },
  {
    name: 'V19 D: LOAD Unavailable: announced without TD and CLEAN, and then the leaked shim is looked for (upstream: never)',
    script: { LOAD: [failed('Unavailable'), notFound] },
    ...unseen,
    said: 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s) LOAD CLEAN SAVE',
    status: 'EXITED 0 @7 Completed',
    later: '',
  },
  {
    name: 'V19 D: the look is repeated until the shim can be reached',
    script: { LOAD: [failed('Unavailable'), failed('Unavailable'), unclear, stopped(0, 7)], TD: [deleted(0, 7)] },
    ...unseen,
    said: 'SAVE LOAD SAVE STOP EMIT(STOPPED,c,s) LOAD BO(c,1)',
    status: 'EXITED 0 @7 Completed',
    later: 'LOAD BO(c,2) LOAD TD SAVE',
    told: 'STOPPED 0 Completed',
  },
  {
    name: 'V19 D: an exit that nobody observed is none on the word of "Unavailable" alone: put off, nothing announced (upstream: EXITED)',
    script: { LOAD: [failed('Unavailable'), stopped(3, 9)], TD: [deleted(3, 9)] },
    tell: exited(137, { pid: 0 }),
    policy: { oomCheck: false },
    said: 'SAVE LOAD BO(c,1) SAVE',
    status: 'EXITED 137 @7 Error',
    later: 'LOAD SAVE KILL TD SAVE STOP EMIT(STOPPED,c,s)',
    told: 'STOPPED 3 Error',
  },
  {
    name: 'V19 D: nor is one that was false: the task runs on, and the record of its exit is withdrawn',
    script: { LOAD: [failed('Unavailable'), running()] },
    tell: exited(137, { pid: 0 }),
    policy: { oomCheck: false },
    said: 'SAVE LOAD BO(c,1) SAVE',
    status: 'EXITED 137 @7 Error',
    later: 'LOAD SAVE WATCH',
  },
  ...(['TimedOut', 'Other', 'Disconnected', 'Unimplemented'] as const).map((reason): Row => ({
    name: `V20 U: LOAD ${reason}: put off, nothing touched`,
    script: { LOAD: [failed(reason)] },
    ...unseen,
    said: 'SAVE LOAD BO(c,1) SAVE',
    status: 'EXITED 0 @7 Completed',
    later: 'LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
    told: 'STOPPED 0 Completed',
  })),
  {
    name: 'V21 D: LOAD says UNKNOWN with pid 0 (a hung shim): put off, nothing touched (upstream: a Delete without kill)',
    script: { LOAD: [unclear] },
    ...unseen,
    said: 'SAVE LOAD BO(c,1) SAVE',
    status: 'EXITED 0 @7 Completed',
    later: 'LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
  },
  {
    name: "V22 D: TD NotFound, CLEAN ok: another look before the clean-up, for it may be somebody else's next task",
    script: { TD: [notFound], LOAD: [notFound], CLEAN: [{ _tag: 'CleanedUp' }] },
    tell: exited(0),
    said: 'SAVE KILL TD LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)',
    status: 'EXITED 0 @7 Completed',
  },
  {
    name: 'V23 D: TD NotFound, CLEAN NotFound: the same',
    script: { TD: [notFound], LOAD: [notFound], CLEAN: [notFound] },
    tell: exited(0),
    said: 'SAVE KILL TD LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)',
    status: 'EXITED 0 @7 Completed',
  },
  {
    name: 'V24 U: TD NotFound, CLEAN FailedPrecondition: put off',
    script: { TD: [notFound], LOAD: [notFound, notFound], CLEAN: [failed('Other', 'failed precondition')] },
    tell: exited(0),
    said: 'SAVE KILL TD LOAD CLEAN BO(c,1) SAVE',
    status: 'EXITED 0 @7 Completed',
    later: 'LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)',
  },
  ...([['V25', 'TimedOut'], ['V27', 'Other'], ['V28', 'Unavailable']] as const).map(([number, reason]): Row => ({
    name: `${number} U: TD ${reason}: put off; STOPPED waits; what was killed is not killed again`,
    script: { TD: [failed(reason)] },
    tell: exited(0),
    said: 'SAVE KILL TD BO(c,1) SAVE',
    status: 'EXITED 0 @7 Completed',
    later: 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)',
    told: 'STOPPED 0 Completed',
  })),
  {
    name: 'V29 D: TD "ttrpc: closed" (the shim was killed): looked at again at once, no back-off (upstream: one or two seconds)',
    script: { TD: [failed('ShimClosed')], LOAD: [notFound], CLEAN: [notFound] },
    tell: exited(0),
    said: 'SAVE KILL TD LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)',
    status: 'EXITED 0 @7 Completed',
    later: '',
  },
  {
    name: 'V30 D: TD ok, and the last write fails: STOP and STOPPED wait for it; the task is not looked for again',
    script: { SAVE: [durable, failed()] },
    tell: exited(0),
    said: 'SAVE KILL TD SAVE! BO(c,1)',
    status: 'EXITED 0 @7 Completed',
    later: 'SAVE STOP EMIT(STOPPED,c,s)',
    told: 'STOPPED 0 Completed',
  },
  {
    name: 'V30 D: the first write fails: nothing is done about the task until a later one succeeds',
    script: { SAVE: [failed(), failed()] },
    tell: exited(0),
    said: 'SAVE! BO(c,1)',
    status: 'EXITED 0 @7 Completed',
    later: 'SAVE! BO(c,2) SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
  },
  {
    name:
      'V32, V33, V34 D: STOPPED asks nobody: it names the sandbox, whether that is known, listed or gone (upstream: queries that may fail)',
    metadata: { sandboxId: 'removed', kind: 'container', ownPidNamespace: false },
    tell: exited(0),
    said: 'SAVE KILL TD SAVE STOP EMIT(STOPPED,c,removed)',
    status: 'EXITED 0 @7 Completed',
  },
  {
    name: 'V43 D: an exit without a time happened when we heard of it (upstream: stays RUNNING, for 0 means not finished)',
    tell: exitedSometime(3),
    said: happy,
    status: 'EXITED 3 @1000000000 Error',
    told: 'STOPPED 3 Error',
  },
]

export const cases: ReadonlyArray<Vector> = rows.map(rowVector)
