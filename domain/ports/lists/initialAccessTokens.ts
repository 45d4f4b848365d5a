import type { InitialAccessTokenRecord } from '../../servers/initialAccessToken.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

/** Initial access tokens as callers see them, without their values. */
export interface InitialAccessTokenList {
  initialAccessTokens(visibility: Visibility, page: PageRequest): Promise<Page<InitialAccessTokenRecord>>;
  /** Waiting tokens that end soon. */
  expiringTokens(): Promise<number>;
}
