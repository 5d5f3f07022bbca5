/** What the thread for tests can be asked. */
export interface EchoRequests {
  readonly echo: { readonly input: string; readonly output: string }
  readonly fail: { readonly input: undefined; readonly output: undefined }
  /** Fails, and is down for this reason until the reason is empty. */
  readonly sicken: { readonly input: string; readonly output: unknown }
  readonly wait: { readonly input: undefined; readonly output: unknown }
  readonly crash: { readonly input: undefined; readonly output: unknown }
}
