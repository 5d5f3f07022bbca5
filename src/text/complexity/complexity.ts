/** How complex a message or a task is, from a look-up to work on several systems. */

export const COMPLEXITIES = ['simple', 'medium', 'complex', 'multi-system'] as const
export type Complexity = (typeof COMPLEXITIES)[number]
