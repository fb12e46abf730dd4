import { getTestDB } from '../core/getTestDB';

export const getServerDB = getTestDB;
