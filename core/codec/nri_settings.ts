/**
 * The settings of `run` that are about NRI plugins; a part of the table in settings.ts.
 *
 * @module
 */
import { pathOrNone } from './absolute_path.ts'
import { durationBetween } from './duration.ts'
import { type Setting, setting } from './setting.ts'

export const nriSettings: {
  readonly nriSocket: Setting<string>
  readonly nriPluginDir: Setting<string>
  readonly nriTimeoutMs: Setting<number>
} = {
  nriSocket: setting({
    key: 'nri_socket',
    flag: '--nri-socket',
    argument: 'PATH',
    codec: pathOrNone('the absolute path of a unix socket, at most 107 bytes', 107),
    default: '',
    defaultText: 'none: not served',
    meaning: 'Socket to which NRI plugins connect, to be told of every exit',
    reason: "NRI's usual place, /var/run/nri/nri.sock, may be another runtime's",
  }),
  nriPluginDir: setting({
    key: 'nri_plugin_dir',
    flag: '--nri-plugin-dir',
    argument: 'DIR',
    codec: pathOrNone('the absolute path of a folder, at most 4095 bytes', 4_095),
    default: '',
    defaultText: 'none: none are started',
    meaning: 'Folder of NRI plugins to start, executables named like 10-name; their configuration is read from /etc/nri/conf.d',
    reason: 'what is in /opt/nri/plugins is started by containerd already',
  }),
  nriTimeoutMs: setting({
    key: 'nri_timeout',
    flag: '--nri-timeout',
    argument: 'DURATION',
    codec: durationBetween(1, 60_000),
    default: 2_000,
    meaning: 'How long an NRI plugin may take to answer before it is given up; an exit waits for plugins as long at most, all together',
    reason: "NRI's own default",
  }),
}
