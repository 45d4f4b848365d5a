import type { Application } from '../../client/metadata.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

export interface ApplicationRecord {
  readonly applicationId: string;
  readonly revision: number;
  readonly application: Application;
  readonly updatedAt: string;
}

/** Applications in revisions. */
export interface Applications {
  /**
   * A new revision, unless the contents equal the current one. `actor` (`system` when left out) is audited here and
   * in the methods below.
   */
  putApplication(
    applicationId: string,
    application: Application,
    actor?: string,
  ): Promise<{ record: ApplicationRecord; created: boolean }>;
  application(applicationId: string): Promise<ApplicationRecord | null>;
  applications(visibility: Visibility, page: PageRequest): Promise<Page<ApplicationRecord>>;
  /** The contents of one revision; null when there is none. */
  applicationRevision(applicationId: string, revision: number): Promise<Application | null>;
}
