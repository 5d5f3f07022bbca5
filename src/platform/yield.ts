/** Lets everything else that waits go first: for the steps of a long row that would otherwise run without a pause. */
export const yieldToEventLoop = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
