/**
 * The settings of `run`, each with its default and the reason for it. This table is the only place: defaults, `--help` and
 * docs/configuration.md are made from it and from policy_settings.ts.
 *
 * @module
 */
import * as t from 'io-ts'
import { absolutePath, pathOrNone } from './absolute_path.ts'
import { durationBetween } from './duration.ts'
import { identifier } from './identifier.ts'
import { nriSettings } from './nri_settings.ts'
import { selector } from './selector.ts'
import { type Setting, setting } from './setting.ts'

/** Namespaces whose owners (Kubernetes, Docker) delete tasks themselves. */
export type ForeignNamespace = 'k8s.io' | 'moby'

/** How the log is written: for people, or one JSON object a line. */
export type LogFormat = 'pretty' | 'json'

const yesOrNo = new t.Type<boolean, boolean, unknown>('true or false', t.boolean.is, t.boolean.validate, (value) => value)

export const settings: {
  readonly address: Setting<string>
  readonly namespaces: Setting<ReadonlyArray<string>>
  readonly allowForeignNamespaces: Setting<ReadonlyArray<ForeignNamespace>>
  readonly selectors: Setting<ReadonlyArray<string>>
  readonly stateDir: Setting<string>
  readonly deleteGraceMs: Setting<number>
  readonly dryRun: Setting<boolean>
  readonly salvage: Setting<boolean>
  readonly criSocket: Setting<string>
  readonly log: Setting<LogFormat>
} & typeof nriSettings = {
  address: setting({
    key: 'address',
    flag: '--address',
    short: '-a',
    argument: 'PATH',
    alsoEnv: 'CONTAINERD_ADDRESS',
    codec: absolutePath('the absolute path of a unix socket, at most 107 bytes', 107),
    default: '/run/containerd/containerd.sock',
    meaning: 'Socket of the containerd to clean up after',
    reason: 'where containerd listens unless it is told otherwise',
  }),
  namespaces: setting<ReadonlyArray<string>>({
    key: 'namespaces',
    flag: '--namespace',
    short: '-n',
    argument: 'NS',
    alsoEnv: 'CONTAINERD_NAMESPACE',
    shape: 'list',
    codec: t.readonlyArray(identifier, 'a list of namespaces'),
    default: [],
    defaultText: 'none: one is required',
    meaning: 'Namespaces to clean up in; repeat the flag or divide by commas',
    reason: 'nothing is touched that was not named',
  }),
  allowForeignNamespaces: setting<ReadonlyArray<ForeignNamespace>>({
    key: 'allow_foreign_namespaces',
    flag: '--allow-foreign-namespace',
    argument: 'NS',
    shape: 'list',
    codec: t.readonlyArray(t.keyof({ 'k8s.io': null, moby: null }, 'k8s.io or moby'), 'a list of k8s.io and moby'),
    default: [],
    defaultText: 'none',
    meaning: 'Lets k8s.io or moby be among the namespaces',
    reason: 'their owners delete tasks there too, and two deleters leak shims',
  }),
  selectors: setting<ReadonlyArray<string>>({
    key: 'selectors',
    flag: '--selector',
    argument: 'FILTER',
    shape: 'lines',
    codec: t.readonlyArray(selector, 'a list of filters'),
    default: [],
    defaultText: 'none: all containers',
    meaning: "Only containers that match one of these filters, in containerd's syntax; repeat the flag for more",
    reason: 'a namespace of your own holds only containers of your own',
  }),
  stateDir: setting({
    key: 'state_dir',
    flag: '--state-dir',
    argument: 'DIR',
    codec: absolutePath('the absolute path of a folder, at most 90 bytes, as a socket is made in it', 90),
    default: '/var/lib/containerd-reaper',
    meaning: 'Folder for what must outlive a restart, and for the control socket of `status`',
    reason: 'survives a reboot, as the exits must',
  }),
  deleteGraceMs: setting({
    key: 'delete_grace',
    flag: '--delete-grace',
    argument: 'DURATION',
    codec: durationBetween(0, 3_600_000),
    default: 0,
    meaning: 'How long others get to delete their own tasks first, as `ctr run --rm` does',
    reason: 'where nobody else deletes, waiting only delays',
  }),
  dryRun: setting<boolean>({
    key: 'dry_run',
    flag: '--dry-run',
    shape: 'switch',
    codec: yesOrNo,
    default: false,
    meaning: 'Say what would be done, and kill, delete and write nothing',
    reason: 'cleaning up is what it is for',
  }),
  salvage: setting<boolean>({
    key: 'salvage',
    flag: '--salvage',
    shape: 'switch',
    codec: yesOrNo,
    default: false,
    meaning: 'If the store in the state directory is damaged, keep it aside and go on with every row that verifies',
    reason: 'what was lost should be looked at before it is passed over',
  }),
  criSocket: setting({
    key: 'cri_socket',
    flag: '--cri-socket',
    argument: 'PATH',
    codec: pathOrNone('the absolute path of a unix socket, at most 90 bytes, with {namespace} in it when there are several', 90),
    default: '',
    defaultText: 'none: not served',
    meaning: 'Socket on which a namespace is shown as the CRI shows it, for `events` and crictl',
    reason: 'who wants to look in says so, and where',
  }),
  ...nriSettings,
  log: setting<LogFormat>({
    key: 'log',
    flag: '--log',
    argument: 'FORMAT',
    codec: t.keyof({ pretty: null, json: null }, 'pretty or json'),
    default: 'pretty',
    meaning: 'Log for people (pretty), or one JSON object a line on standard output (json)',
    reason: 'a person reads the first run',
  }),
}
