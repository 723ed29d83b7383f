/** One build. */
export interface BuildRequest {
  readonly outputFolder: string;
  readonly hasPlugin: boolean;
  readonly hasSourceMaps: boolean;
}

export type Build = (request: BuildRequest) => Promise<void>;
