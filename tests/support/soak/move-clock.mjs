// Preloaded into the bot (`node --import`): its clock is ahead by the milliseconds that the file CLOCK_MOVED_BY holds.
import { readFileSync } from 'node:fs'
import { systemClock } from '../../../src/platform/clock.ts'

const LOOK_MS = 200
const trueTime = systemClock.now
let moved_by = 0

systemClock.now = () => trueTime() + moved_by
setInterval(() => {
  moved_by = Number(readFileSync(process.env['CLOCK_MOVED_BY'], 'utf8')) || 0
}, LOOK_MS).unref()
