// A server of its own for a test: the real program, in a home of its own, with people to sign in.

import { spawn } from 'node:child_process';
import readline from 'node:readline';

export const PASSWORD = 'một mật khẩu để thử';

export class Server {
  /** Starts the program; `at` is an address to listen at again after it was stopped, `more` are settings. */
  static async start(program, home, at = '127.0.0.1:0', workers = '0', more = {}) {
    const settings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SOHOA_')));
    // Tests come in often, and all from one address.
    settings.SOHOA_SERVER_SIGN_INS_PER_MINUTE = '0';
    Object.assign(settings, more);
    const options = ['serve', '--listen', at, '--workers', workers, '--lang', 'en', '-q', '--home', home];
    const child = spawn(program, options, { cwd: home, stdio: ['ignore', 'ignore', 'pipe'], env: settings });
    const server = new Server();
    Object.assign(server, { program, home, child, workers });
    const lines = readline.createInterface({ input: child.stderr });
    await new Promise((ready, failed) => {
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
      lines.on('line', async (line) => {
        server.key ??= line.match(/[?#&]key=([\w-]+)/)?.[1];
        if (server.address) return;
        server.address = line.match(/http:\/\/[^\s/]+/)?.[0];
        // Once it answers, it has said all that it says at its start.
        if (server.address) await fetch(`${server.address}/healthz`).then(ready, failed);
      });
    });
    return server;
  }

  /** Kills it without a word, as a power cut would. */
  async kill() {
    const gone = new Promise((done) => { this.child.once('exit', done); });
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Starts it again at the same address. */
  async again() {
    const fresh = await Server.start(this.program, this.home, new URL(this.address).host, this.workers);
    this.child = fresh.child;
  }

  async ask(method, path, body, person) {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    if (person) Object.assign(headers, { cookie: person.cookie, 'x-form-key': person.formKey });
    const response = await fetch(this.address + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { response, said: text ? JSON.parse(text) : undefined };
  }

  async signIn(name) {
    const { response, said } = await this.ask('POST', '/api/session', { name, password: PASSWORD });
    return { name, cookie: response.headers.get('set-cookie').split(';')[0], formKey: said.form_key };
  }

  /** The administrator, and one person for every other role. */
  async people(unit) {
    await this.ask('POST', '/api/setup', { key: this.key, name: 'admin', display_name: 'Trần Thị Quản', password: PASSWORD });
    const admin = await this.signIn('admin');
    const names = { archivist: 'Nguyễn Văn Lưu', reviewer: 'Lê Thị Duyệt', reader: 'Phạm Văn Đọc', auditor: 'Hồ Thị Kiểm' };
    for (const [role, shown] of Object.entries(names)) {
      await this.ask('POST', '/api/users', { name: role, display_name: shown, password: PASSWORD, grants: [{ role, unit: role === 'auditor' ? '*' : unit }] }, admin);
    }
    return admin;
  }
}
