// Speaking to the API, and saying what it answered.

const keyOf = (page) => page.querySelector('meta[name="form-key"]')?.content ?? '';
let formKey = keyOf(document);

const headers = () => ({ 'x-form-key': formKey, accept: 'application/json', 'accept-language': document.documentElement.lang });

/** Asks the API; what is not a success becomes an error that says why. */
export async function ask(method, address, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const send = () => {
    const all = text === undefined ? headers() : { ...headers(), 'content-type': 'application/json' };
    // What was decided goes off also where the page is left meanwhile; browsers do that for small bodies only.
    return fetch(address, { method, headers: all, body: text, keepalive: method !== 'GET' && (text?.length ?? 0) < 15_000 });
  };
  try {
    return await answered(await send().catch(() => undefined));
  } catch (error) {
    if (method === 'GET' || error.status !== 403) throw error;
    const session = await renewFormKey();
    if (session === 'another') error.kind = 'urn:sohoa:problem:sign-in';
    if (session !== 'renewed') throw error;
    return answered(await send().catch(() => undefined));
  }
}

/** Sends a file as it is. */
export async function deliver(method, address, file) {
  const all = { ...headers(), 'content-type': 'application/octet-stream' };
  return answered(await fetch(address, { method, headers: all, body: file }).catch(() => undefined));
}

/** Whoever signed in anew since this page was loaded has another form key: `renewed`; `another` where somebody else did, or
 *  nobody; `same` where that is not why the request was refused. */
async function renewFormKey() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (!response?.ok) return 'same';
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (response.redirected || fresh.body.dataset.user !== document.body.dataset.user) return 'another';
  const key = keyOf(fresh);
  if (!key || key === formKey) return 'same';
  formKey = key;
  return 'renewed';
}

/** `lost` tells that no answer came, `kind` and `status` what was answered. */
async function answered(response) {
  if (!response) throw Object.assign(new Error(document.body.dataset.lost), { lost: true });
  const kind = response.headers.get('content-type') ?? '';
  // The line may break in the middle of an answer too.
  const lost = () => { throw Object.assign(new Error(document.body.dataset.lost), { lost: true }); };
  const said = kind.includes('json') ? await response.json().catch(lost) : undefined;
  if (!response.ok) throw Object.assign(new Error(said?.detail ?? document.body.dataset.wrong), { kind: said?.type, status: response.status });
  return said;
}

/** Says something for a while, without taking the focus; with a button where there is something to do about it. */
export function notice(text, button) {
  const place = document.getElementById('notice');
  place.replaceChildren(text, ...(button ? [' ', button] : []));
  place.hidden = false;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => { place.hidden = true; }, 8000);
}

/** Takes back what was said. */
export function unsay() {
  document.getElementById('notice').hidden = true;
}
