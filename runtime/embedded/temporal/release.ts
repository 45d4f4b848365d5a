/** The Temporal command line that Registrar embeds, and how its official archives are recognised. */
export const temporalVersion = '1.5.1';

/** What `go install` builds; later tags have `replace` lines, which `go install …@version` refuses. */
export const temporalGoPackage = `github.com/temporalio/cli/cmd/temporal@v${temporalVersion}`;

/** Oldest command line, and oldest server inside a development build, that has the settings we rely on. */
const oldestVersion = [1, 5] as const;
const oldestServer = [1, 29] as const;

/**
 * SHA-256 of `temporal_cli_1.5.1_{platform}_{arch}.tar.gz`, the files of the release v1.5.1 of temporalio/cli, as
 * recorded by the public package index cashapp/hermit-packages (and, linux/arm64 aside, zph/hermit-packages alike).
 */
const archiveChecksums: Readonly<Record<string, string>> = {
  'linux/amd64': 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  'linux/arm64': 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  'darwin/amd64': 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  'darwin/arm64': 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
};

/** An official archive and what it must hash to. */
export interface OfficialArchive {
  readonly url: string;
  /** Hex. */
  readonly sha256: string;
}

/** The official archive for a platform and architecture in Node's words; null when no checksum is committed for it. */
export function officialArchive(platform: string, arch: string): OfficialArchive | null {
  const goArch = arch === 'x64' ? 'amd64' : arch;
  const sha256 = archiveChecksums[`${platform}/${goArch}`];
  if (sha256 === undefined) return null;
  const query = new URLSearchParams({ platform, arch: goArch });
  return { url: `https://temporal.download/cli/archive/v${temporalVersion}?${query}`, sha256 };
}

function atLeast(version: string | undefined, [major, minor]: readonly [number, number]): boolean {
  const match = /^(\d{1,6})\.(\d{1,6})\./.exec(version ?? '');
  if (match === null) return false;
  const [actualMajor, actualMinor] = [Number(match[1]), Number(match[2])];
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}

/** What `temporal --version` says, judged. A build by `go install` calls itself 0.0.0-DEV: then its server counts. */
export function judgeVersion(output: string): { readonly usable: boolean; readonly version: string } {
  const match = /temporal version (\S{1,40})(?: \(Server ([\w.+-]{1,40}))?/.exec(output);
  const [, version, server] = match ?? [];
  if (version === undefined) return { usable: false, version: 'unknown' };
  const development = version.startsWith('0.0.0');
  const usable = development ? atLeast(server, oldestServer) : atLeast(version, oldestVersion);
  return { usable, version: development && server !== undefined ? `development build with server ${server}` : version };
}
