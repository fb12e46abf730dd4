// Times, durations and sizes, always in the same width; states in words.

const pad = (number, width = 2) => String(number).padStart(width, '0');

/**
 * A moment on the clock, with the day when it is not the server's today.
 * @param {number | null | undefined} moment milliseconds
 * @param {number} now milliseconds
 */
export function clock(moment, now) {
  if (moment == null) return '–';
  const date = new Date(moment);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return date.toDateString() === new Date(now).toDateString()
    ? time
    : `${date.getMonth() + 1}-${pad(date.getDate())} ${time}`;
}

/**
 * How long something took: 12 ms, 1.2 s, 2 m 28 s, 3 h 5 m, 2 d 4 h.
 * @param {number | null | undefined} ms
 */
export function duration(ms) {
  if (ms == null || Number.isNaN(ms)) return '–';
  const left = Math.max(0, Math.round(ms));
  if (left < 1000) return `${left} ms`;
  if (left < 60_000) return `${(left / 1000).toFixed(1)} s`;
  const seconds = Math.round(left / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** @param {number} bytes */
export const size = (bytes) =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * A count with its noun.
 * @param {number} number
 * @param {string} noun
 * @param {string} [plural]
 */
export const count = (number, noun, plural = `${noun}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;

/**
 * The end of an id: ids of one layer may begin alike.
 * @param {string} id
 */
export const shortId = (id) => (id.length <= 16 ? id : `…${id.slice(-10)}`);

/**
 * The last part of a workflow's path, by which people know it.
 * @param {string} path
 */
export const nameOf = (path) => path.split('/').filter(Boolean).at(-1) ?? path;

/** What a state is called, its tone, and the drawing that goes with it. */
export const STATES = {
  RUN_STARTED: { word: 'running', tone: 'run', icon: 'dot' },
  RUN_SUCCESS: { word: 'success', tone: 'ok', icon: 'check' },
  RUN_FAILED: { word: 'failed', tone: 'fail', icon: 'cross' },
  RUN_CANCELED: { word: 'canceled', tone: 'off', icon: 'bar' },
  done: { word: 'done', tone: 'ok', icon: 'check' },
  'in-flight': { word: 'in delivery', tone: 'run', icon: 'dot' },
  queued: { word: 'queued', tone: 'wait', icon: 'ring' },
  planned: { word: 'planned', tone: 'wait', icon: 'ring' },
  sleeping: { word: 'sleeping', tone: 'wait', icon: 'ring' },
  waiting: { word: 'waiting', tone: 'wait', icon: 'ring' },
  retrying: { word: 'retrying', tone: 'warn', icon: 'loop' },
  failed: { word: 'failed', tone: 'fail', icon: 'cross' },
  canceled: { word: 'canceled', tone: 'off', icon: 'bar' },
};
