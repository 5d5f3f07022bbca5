/** Checks the time zone of the machine, which applies unless `time_zone` is set. */
import { timeZone, TimeZone } from '../platform/time-zone.ts'

/** A warning if the variable `TZ` names no time zone: the system then silently takes another one, mostly UTC. */
export const machineZoneWarning = (TZ: string | undefined): string | undefined => {
  const name = TZ?.trim().replace(/^:/, '') ?? ''
  if (name === '' || isZone(name)) return undefined
  const used = new TimeZone().name
  return `TZ: ${JSON.stringify(name)} is not the name of a time zone; days and hours are those of ${used}. Set time_zone, such as Asia/Jerusalem`
}

const isZone = (name: string): boolean => {
  try {
    return timeZone(name).name !== ''
  } catch {
    return false
  }
}
