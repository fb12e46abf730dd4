import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

import type * as schema from './schemas';

export type LobeChatDatabase = PgDatabase<PgQueryResultHKT, typeof schema>;
