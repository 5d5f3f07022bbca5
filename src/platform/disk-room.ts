/** How much free space a disk needs, for every check of it. */

/** Enough for a day of messages, a backup of the login and a rebuilt index. */
export const ENOUGH_ROOM_BYTES = 1_000_000_000
