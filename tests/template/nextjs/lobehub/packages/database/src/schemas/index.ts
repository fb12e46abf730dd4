/** A stand-in for LobeHub's tables: the columns that generated code touches, with the types they have there. */
import { jsonb, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';

export const users = pgTable('users', { id: text('id').primaryKey().notNull() });

const owner = () =>
  text('user_id')
    .references(() => users.id, { onDelete: 'cascade' })
    .notNull();

export const agents = pgTable('agents', { id: text('id').primaryKey(), userId: owner() });

export const sessions = pgTable('sessions', { id: text('id').primaryKey(), userId: owner() });

export const topics = pgTable('topics', { id: text('id').primaryKey(), userId: owner() });

export const chatGroups = pgTable('chat_groups', { id: text('id').primaryKey(), userId: owner() });

export const generationTopics = pgTable('generation_topics', {
  id: text('id').primaryKey(),
  userId: owner(),
});

export const messages = pgTable('messages', {
  id: text('id').primaryKey(),
  role: varchar('role', { length: 255 }).notNull(),
  userId: owner(),
});

export const knowledgeBases = pgTable('knowledge_bases', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  userId: owner(),
});

export const sessionGroups = pgTable('session_groups', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  userId: owner(),
});

export const asyncTasks = pgTable('async_tasks', {
  id: uuid('id').defaultRandom().primaryKey(),
  metadata: jsonb('metadata').notNull().default('{}'),
  status: text('status'),
  type: text('type'),
  userId: owner(),
});
