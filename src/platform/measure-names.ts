/** The names of what is measured against a target and a limit: components of `status`, and values of a label. */
export const MEASURE_NAMES = [
  'response time',
  'error rate',
  'session count',
  'memory size',
  'automatic expiry',
  'uptime',
] as const
export type MeasureName = (typeof MEASURE_NAMES)[number]

export const isMeasure = (name: string): name is MeasureName => MEASURE_NAMES.some(each => each === name)
