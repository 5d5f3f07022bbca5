/** What the thread for tests can be asked. */
export interface EchoRequests {
  readonly echo: { readonly input: string; readonly output: string }
  readonly fail: { readonly input: undefined; readonly output: undefined }
  readonly wait: { readonly input: undefined; readonly output: unknown }
  readonly crash: { readonly input: undefined; readonly output: unknown }
}
