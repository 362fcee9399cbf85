/** A log that keeps what it is told, for tests. */
import type { Fields, Level, Log } from '../../shell/log.ts'

export interface LogLine {
  readonly level: Level | 'result'
  readonly msg: string
  readonly fields: Fields
}

export interface RecordingLog extends Log {
  readonly lines: ReadonlyArray<LogLine>
}

export const recordingLog = (): RecordingLog => {
  const lines: Array<LogLine> = []
  const at = (level: LogLine['level']) => (msg: string, fields: Fields = {}): void => void lines.push({ level, msg, fields })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), result: at('result') }
}
