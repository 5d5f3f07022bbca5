import { readFileSync } from 'node:fs'

/** Values at these shares of a sorted sample, in the sample's unit. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly samples: number
}

/** Percentiles by the nearest-rank method. */
export const percentiles = (values: readonly number[]): Percentiles => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
    return Math.round(value * 100) / 100
  }
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), samples: values.length }
}

const KILOBYTES_PER_MEGABYTE = 1024

/** Resident memory of a process in MB, as Linux tells it; `NaN` elsewhere. */
export const residentMegabytes = (pid: number | undefined): number => {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
    return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / KILOBYTES_PER_MEGABYTE)
  } catch {
    return Number.NaN
  }
}
