/** Identifiers and randomness as a port. */
import { randomBytes, randomUUID } from 'node:crypto'

/** Identifiers and randomness as a dependency, so that a test can repeat a run. */
export interface Ids {
  /** A new universally unique identifier (RFC 9562, version 4). */
  uuid(): string
  /** A number in [0, 1), for jitter. */
  fraction(): number
}

const UINT32_RANGE = 2 ** 32

/** Identifiers from the system's secure random source. */
export const systemIds: Ids = {
  uuid: () => randomUUID(),
  fraction: () => randomBytes(4).readUInt32BE() / UINT32_RANGE,
}

const SECRET_BYTES = 32

/** 256 random bits as 43 characters of base64url. */
export const randomSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')
