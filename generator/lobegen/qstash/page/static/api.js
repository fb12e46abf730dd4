// The server: requests with the token, and the stream that says when something has changed.

const STORED = 'lobegen-token';
const known = document.querySelector('meta[name=lobegen-token]')?.getAttribute('content') ?? '';

/** An answer that is no success; `status` is 0 when there was no answer. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Whether there is a token to try. */
export const hasToken = () => token() !== '';

/**
 * Keeps a token for this tab, for this address and port only: a cookie would go to other ports too.
 * @param {string} given
 */
export const keepToken = (given) => sessionStorage.setItem(STORED, given);

const token = () => known || (sessionStorage.getItem(STORED) ?? '');

/**
 * One request; the answer's JSON.
 * @param {string} path
 * @param {string} [method]
 * @returns {Promise<any>}
 */
export async function call(path, method = 'GET') {
  const answer = await request(path, { method });
  const text = await answer.text();
  const body = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new ApiError(answer.status, body.error ?? `the server answered ${answer.status}`);
  return body;
}

async function request(path, options) {
  try {
    return await fetch(path, { ...options, headers: { Authorization: `Bearer ${token()}` }, cache: 'no-store' });
  } catch {
    throw new ApiError(0, 'the server does not answer');
  }
}

/**
 * Listens for changes until the page is closed; connects again when the server comes back.
 * @param {(summary: any) => void} onChange
 * @param {(isLive: boolean) => void} onState
 */
export async function listen(onChange, onState) {
  for (;;) {
    try {
      const answer = await request('/ui/api/changes', {});
      if (answer.status === 401) return;
      if (answer.ok && answer.body) {
        onState(true);
        await read(answer.body, onChange);
      }
    } catch {
      // said by onState
    }
    onState(false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function read(stream, onChange) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    const newest = events.findLast((event) => event.startsWith('data: '));
    if (newest) onChange(JSON.parse(newest.slice('data: '.length)));
  }
}
