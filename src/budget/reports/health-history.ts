/** The file of daily measurements, from which growth is projected. */
import { z } from 'zod'
import { writeFileAtomic, readOwnText } from '../../platform/files.ts'

/** The quantities that are measured once a day. */
export interface HealthMeasures {
  /** Size of the data folder. */
  readonly data_bytes: number
  /** Free space on its disk. */
  readonly free_bytes: number
  /** Estimated tokens of the agents' patterns; 0 if there are none. */
  readonly pattern_tokens: number
}

export interface DailyHealth extends HealthMeasures {
  /** Days since 1 January 1970 in the operator's time zone. */
  readonly day: number
}

/** Days that are kept. */
const KEPT_DAYS = 90

const fileSchema = z.object({
  days: z.array(z.object({ day: z.int(), data_bytes: z.number(), free_bytes: z.number(), pattern_tokens: z.number() })),
})

export class HealthHistory {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Adds the measurement of a day; replaces an earlier one of the same day.
   * @returns all days that are kept, oldest first
   * @throws DenidinError `unavailable` if the file cannot be written
   */
  async add(today: DailyHealth): Promise<readonly DailyHealth[]> {
    // Later days were recorded before the clock was set back.
    const before = (await this.#read()).filter(({ day }) => day < today.day)
    const days = [...before, today].slice(-KEPT_DAYS)
    await writeFileAtomic(this.#path, `${JSON.stringify({ days })}\n`)
    return days
  }

  /** A file that cannot be read is recreated, because it only contains measurements. */
  async #read(): Promise<readonly DailyHealth[]> {
    try {
      return fileSchema.parse(JSON.parse(await readOwnText(this.#path))).days
    } catch {
      return []
    }
  }
}
