/** An embedded database with the stand-in's tables, as LobeHub's own tests have one with its migrations. */
import { PGlite } from '@electric-sql/pglite';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pglite';

import * as schema from '../schemas';
import type { LobeChatDatabase } from '../type';

let database: Promise<LobeChatDatabase> | undefined;

const create = async (): Promise<LobeChatDatabase> => {
  const client = new PGlite();
  for (const table of Object.values(schema)) {
    const { columns, name } = getTableConfig(table);
    const lines = columns.map((column) => {
      const key = column.primary ? ' primary key' : '';
      const needed = column.notNull ? ' not null' : '';
      return `"${column.name}" ${column.getSQLType()}${key}${needed}`;
    });
    await client.exec(`create table "${name}" (${lines.join(', ')})`);
  }
  return drizzle(client, { schema }) as unknown as LobeChatDatabase;
};

export const getTestDB = (): Promise<LobeChatDatabase> => {
  database ??= create();
  return database;
};
