import type { Certified } from '../deadlines/statutoryClocks.ts';

/** Who carries out a step: our platform team, the health system, or the vendor of its EHR. */
export const parties = ['us', 'health-system', 'vendor'] as const;
export type Party = (typeof parties)[number];

/** How the servers of a vendor want scopes written, where they do not say themselves. */
export const playbookDialects = ['v1', 'v2', 'unknown'] as const;
export type PlaybookDialect = (typeof playbookDialects)[number];

/** Members of `POST /v1/registrations/{id}/credential` that a person can bring back. */
export const pasteBackFields = [
  'clientId',
  'clientSecret',
  'expiresAt',
  'clientExpiresAt',
  'registrationAccessToken',
  'registrationClientUri',
] as const;
export type PasteBackField = (typeof pasteBackFields)[number];

/** Where a claim was read; ids of {@link Playbook.sources}. */
export type Claim = readonly string[];

export interface PlaybookStep {
  readonly title: string;
  readonly text: string;
  readonly who: Party;
  /** ISO 8601 duration of days and smaller units; null = not known. */
  readonly expectedWait: string | null;
  readonly sources: Claim;
}

/** How many calls a minute some of a vendor's servers take from one caller. */
export interface PublishedLimit {
  /** Of token endpoints; as in {@link Playbook.recognise}. */
  readonly hosts: readonly string[];
  readonly perMinute: number;
  /** Name of the budget that these hosts share; null = each origin has one of its own. */
  readonly group: string | null;
  readonly sources: Claim;
}

/** How clients are registered by hand with one vendor. Made from a YAML file of `playbooks/` at start. */
export interface Playbook {
  /** Name of the file without its extension; kebab-case. */
  readonly id: string;
  /** As people call the vendor. */
  readonly vendor: string;
  /** Where the work begins; null = nowhere in particular. */
  readonly portal: string | null;
  readonly recognise: {
    /** Host names in lower case; `*.example.com` is every name below it, and not itself. */
    readonly hosts: readonly string[];
    /** Parts of paths in lower case, with their slashes; of FHIR base URLs only. */
    readonly paths: readonly string[];
    readonly sources: Claim;
  };
  readonly certified: {
    readonly answer: Certified;
    /** Who owes the clocks of 45 CFR 170.404(b)(1); null = not known. */
    readonly developer: string | null;
    readonly sources: Claim;
  };
  readonly scopes: { readonly dialect: PlaybookDialect; readonly sources: Claim };
  /**
   * How long a new credential may be refused before it is called broken: ISO 8601 duration of days and smaller units;
   * null = not known.
   */
  readonly distribution: { readonly longest: string | null; readonly sources: Claim };
  /** How many calls a minute the vendor's servers take; empty = not known. */
  readonly limits: readonly PublishedLimit[];
  readonly steps: readonly PlaybookStep[];
  readonly pasteBack: readonly {
    readonly field: PasteBackField;
    /** As the vendor calls it. */
    readonly label: string;
    /** Where the person finds it. */
    readonly where: string;
    readonly required: boolean;
    readonly sources: Claim;
  }[];
  readonly notes: readonly { readonly text: string; readonly sources: Claim }[];
  /** `url` is null for what was given to the project and has no address. */
  readonly sources: readonly { readonly id: string; readonly title: string; readonly url: string | null }[];
}

/** The playbook of a vendor that nobody wrote one for. */
export const genericPlaybookId = 'generic';

/** All playbooks, read once at start. There is always a generic one. */
export interface Playbooks {
  readonly all: readonly Playbook[];
  readonly generic: Playbook;
}
