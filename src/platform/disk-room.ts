/** How much room a disk needs, for everything that judges its free space. */

/** What a day of talk, a backup of the login and an index made again need. */
export const ENOUGH_ROOM_BYTES = 1_000_000_000
